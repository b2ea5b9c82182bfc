/* Strings of JSON, for the report and what belongs to it. */

#include "sim.h"

void jsonWriteText(FILE* file, const char* text)
{
	fputc('"', file);
	for (; *text; text++) {
		uint8_t c = (uint8_t)*text;
		if (c == '"' || c == '\\')
			fprintf(file, "\\%c", c);
		else if (c < 0x20)
			fprintf(file, "\\u%04x", c);
		else
			fputc(c, file);
	}
	fputc('"', file);
}
