/* The key log, for keylog.ts: a line of label, client random and secret. */

#include "binding.h"

#ifdef mxDebug
	#if defined(__linux__) || defined(__APPLE__)
		#include <fcntl.h>
		#include <stdlib.h>
		#include <unistd.h>
		#define KEYLOG 1
	#else
		#include "mc.defines.h"
		#if MODDEF_KEYLOG_ON
			#define KEYLOG 1
		#endif
	#endif
#endif

#ifdef KEYLOG

enum {
	kRandom = 32,
	kLabelMax = 39,
	kLogged = 64, /* bytes of the longest secret that is logged */
};

static char* hex(char* to, const uint8_t* bytes, size_t length)
{
	static const char digits[] = "0123456789abcdef";
	for (size_t i = 0; i < length; i++) {
		*to++ = digits[bytes[i] >> 4];
		*to++ = digits[bytes[i] & 15];
	}
	return to;
}

	#if defined(__linux__) || defined(__APPLE__)
/* False if the file can't be written. */
static bool put(const char* line, size_t length)
{
	const char* name = getenv("SSLKEYLOGFILE");
	if (!name || !*name)
		return true;
	int file = open(name, O_WRONLY | O_APPEND | O_CREAT, 0600);
	ssize_t written = file < 0 ? -1 : write(file, line, length);
	if (file >= 0)
		close(file);
	return written == (ssize_t)length;
}
	#else
		#define put(LINE, LENGTH) (xsTrace(LINE), true)
	#endif

void xs_keylog(xsMachine* the)
{
	char label[kLabelMax + 1], line[kLabelMax + 1 + 2 * kRandom + 1 + 2 * kLogged + 2];
	bindingText(the, 0, label, sizeof(label));
	Secret* secret = bindingSecret(the, 2);
	uint8_t* random = bindingSpan(the, 1, 0, kRandom, kRead);
	if (secret->length > kLogged)
		xsRangeError("a secret of %d bytes is not logged", (int)secret->length);
	size_t length = c_strlen(label);
	c_memcpy(line, label, length);
	char* at = line + length;
	*at++ = ' ';
	at = hex(at, random, kRandom);
	*at++ = ' ';
	at = hex(at, secret->bytes, secret->length);
	*at++ = '\n';
	*at = 0;
	bool isPut = put(line, at - line);
	bindingWipe(line, sizeof(line));
	if (!isPut)
		xsUnknownError("the file that SSLKEYLOGFILE names can't be written");
}

void xs_keylog_isOn(xsMachine* the)
{
	#if defined(__linux__) || defined(__APPLE__)
	const char* name = getenv("SSLKEYLOGFILE");
	xsmcSetBoolean(xsResult, name && *name);
	#else
	xsmcSetBoolean(xsResult, true);
	#endif
}

#else

void xs_keylog(xsMachine* the)
{
	(void)the;
}

void xs_keylog_isOn(xsMachine* the)
{
	(void)the; /* undefined */
}

#endif
