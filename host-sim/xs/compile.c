/*
	xs-compile [--release] NAME FILE.js OUT.xsb: compiles a module to XS bytecode, as the SDK's xsc does.

	NAME is the module's name, for messages. The bytecode carries FILE and the line numbers, from its source map if
	there is one, so that errors name the place. --release leaves them out. Built from the engine's parser files alone,
	for the host only: 32-bit and 64-bit machines read the same bytecode.
*/

#include "xsCommon.h"
#include "xsScript.h"

enum { kParserBuffer = 1024 * 1024, kParserModulo = 1993 };

static const char* moduleName;

/* What the parser files expect of the program that they are linked into. */

void fxAbort(void* console, int status)
{
	(void)console;
	fprintf(stderr, "xs-compile: %s: the compiler ran out of memory or stack (%d)\n", moduleName, status);
	exit(1);
}

txID fxGenerateProfileID(void* console)
{
	(void)console;
	return XS_NO_ID;
}

void fxGenerateTag(void* console, txString buffer, txInteger size, txString path)
{
	(void)console;
	snprintf(buffer, size, "%s", path ? path : moduleName);
}

static void report(txString path, txInteger line, const char* kind, txString format, va_list arguments)
{
	fprintf(stderr, "%s:%d: %s: ", path ? path : moduleName, (int)line, kind);
	vfprintf(stderr, format, arguments);
	fputc('\n', stderr);
}

void fxVReport(void* console, txString format, va_list arguments)
{
	(void)console;
	vfprintf(stderr, format, arguments);
}

void fxVReportError(void* console, txString path, txInteger line, txString format, va_list arguments)
{
	(void)console;
	report(path, line, "error", format, arguments);
}

void fxVReportWarning(void* console, txString path, txInteger line, txString format, va_list arguments)
{
	(void)console;
	report(path, line, "warning", format, arguments);
}

/* Lines become those of the TypeScript source, where tsc left a source map beside the JavaScript. */
static void applySourceMap(txParser* parser, txString path, txString mapName)
{
	txString mapPath = fxCombinePath(parser, path, mapName);
	FILE* file = fopen(mapPath, "r");
	if (!file)
		return;
	txString source = NULL;
	fxParserSourceMap(parser, file, (txGetter)fgetc, 0, &source);
	fclose(file);
	if (!parser->errorCount && source)
		parser->path = fxNewParserSymbol(parser, fxCombinePath(parser, mapPath, source));
}

static txScript* compile(txParser* parser, txString path, txUnsigned flags)
{
	txParserJump jump;
	txScript* volatile script = NULL;
	FILE* file = fopen(path, "r");
	if (!file) {
		fprintf(stderr, "xs-compile: %s: can't be read: %s\n", path, strerror(errno));
		return NULL;
	}
	fxInitializeParser(parser, NULL, kParserBuffer, kParserModulo);
	parser->firstJump = &jump;
	if (setjmp(jump.jmp_buf) == 0) {
		txString mapName = NULL;
		parser->origin = parser->path = fxNewParserSymbol(parser, path);
		fxParserTree(parser, file, (txGetter)fgetc, flags, &mapName);
		if (mapName && !parser->errorCount)
			applySourceMap(parser, path, mapName);
		fxParserHoist(parser);
		fxParserBind(parser);
		script = fxParserCode(parser);
	}
	fclose(file);
	return parser->errorCount ? NULL : script;
}

static void writeAtom(FILE* file, const char* type, const void* data, txSize size)
{
	uint32_t length = htonl((uint32_t)size + 8);
	fwrite(&length, 4, 1, file);
	fwrite(type, 4, 1, file);
	if (data)
		fwrite(data, (size_t)size, 1, file);
}

/* The SDK's .xsb: VERS, SYMB, CODE and, where the module has natives, HOST. */
static int writeScript(txScript* script, const char* path)
{
	const uint8_t version[XS_VERSION_SIZE] = {
		XS_MAJOR_VERSION, XS_MINOR_VERSION, XS_PATCH_VERSION, script->hostsBuffer ? 0xFF : 0};
	txSize size = 8 + XS_VERSION_SIZE + 8 + script->symbolsSize + 8 + script->codeSize;
	FILE* file = fopen(path, "wb");
	if (!file)
		return 0;
	if (script->hostsBuffer)
		size += 8 + script->hostsSize;
	writeAtom(file, "XS_B", NULL, size);
	writeAtom(file, "VERS", version, sizeof(version));
	writeAtom(file, "SYMB", script->symbolsBuffer, script->symbolsSize);
	writeAtom(file, "CODE", script->codeBuffer, script->codeSize);
	if (script->hostsBuffer)
		writeAtom(file, "HOST", script->hostsBuffer, script->hostsSize);
	int failed = ferror(file);
	return !fclose(file) && !failed;
}

int main(int argc, char** argv)
{
	txUnsigned flags = mxCFlag | mxDebugFlag;
	txParser parser;
	if (argc > 1 && !strcmp(argv[1], "--release")) {
		flags &= ~mxDebugFlag;
		argc--;
		argv++;
	}
	if (argc != 4) {
		fputs("usage: xs-compile [--release] NAME FILE.js OUT.xsb\n", stderr);
		return 2;
	}
	moduleName = argv[1];
	txScript* script = compile(&parser, argv[2], flags);
	if (!script)
		return 1;
	if (!writeScript(script, argv[3])) {
		fprintf(stderr, "xs-compile: %s: can't be written: %s\n", argv[3], strerror(errno));
		return 1;
	}
	fxDeleteScript(script);
	fxTerminateParser(&parser);
	return 0;
}
