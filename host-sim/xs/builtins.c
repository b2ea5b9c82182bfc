/*
	Small built-ins that XS 13 lacks, newer engines have, and the SDK's modules use: Math.irandom, Uint8Array's
	toBase64, toHex, fromBase64 and fromHex. They are made on the root machine, and so are in flash.
*/

#include "sim.h"

#if SIM_SDK_ENGINE

void builtinsInstall(txMachine* machine)
{
	(void)machine;
}

#else

	#include <sys/random.h>

static const char base64Digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char base64URLDigits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
static const char hexDigits[] = "0123456789abcdef";

/*
 * A whole number at random: below `limit`, or from the first limit to below the second. Each is as likely as the
 * others.
 */
static void irandom(xsMachine* the)
{
	int32_t first = argumentInteger(the, 0), low = 0, high = first;
	if (argumentIsGiven(the, 1)) {
		low = first;
		high = argumentInteger(the, 1);
	}
	uint32_t span = (uint32_t)high - (uint32_t)low, number, largest = UINT32_MAX - UINT32_MAX % (span ? span : 1);
	if (high <= low)
		xsRangeError("Math.irandom: no number is below %d", (int)high);
	do {
		if (getrandom(&number, sizeof(number), 0) != sizeof(number))
			xsUnknownError("Math.irandom: the system gives no random numbers");
	} while (number >= largest);
	xsResult = xsInteger((int32_t)((uint32_t)low + number % span));
}

/* The bytes that `this` views; they stay where they are until XS allocates. */
static const uint8_t* theseBytes(xsMachine* the, xsUnsignedValue* count)
{
	void* data = NULL;
	if (xsThis.kind == XS_REFERENCE_KIND && !hostSlot(&xsThis))
		_xsmcGetBuffer(the, &xsThis, &data, count, false);
	if (!data)
		xsTypeError("this is not a Uint8Array");
	return data;
}

static void toHex(xsMachine* the)
{
	xsUnsignedValue count;
	theseBytes(the, &count);
	xsResult = xsStringBuffer(NULL, (xsIntegerValue)(2 * count));
	const uint8_t* bytes = theseBytes(the, &count);
	char* text = xsToString(xsResult);
	for (xsUnsignedValue i = 0; i < count; i++) {
		*text++ = hexDigits[bytes[i] >> 4];
		*text++ = hexDigits[bytes[i] & 15];
	}
}

/* The object of options at this index; NULL where none is given. */
static xsSlot* optionsOf(xsMachine* the, int index)
{
	if (!argumentIsGiven(the, index))
		return NULL;
	if (xsArg(index).kind != XS_REFERENCE_KIND)
		xsTypeError("the options of base64 are not an object");
	return &xsArg(index);
}

/* The digits that the option "alphabet" asks for. */
static const char* alphabetOf(xsMachine* the, const xsSlot* options)
{
	if (!options)
		return base64Digits;
	xsResult = xsGet(*options, xsID("alphabet"));
	if (xsTypeOf(xsResult) == xsUndefinedType)
		return base64Digits;
	const char* name =
		xsTypeOf(xsResult) == xsStringType || xsTypeOf(xsResult) == xsStringXType ? xsToString(xsResult) : "";
	if (!strcmp(name, "base64"))
		return base64Digits;
	if (!strcmp(name, "base64url"))
		return base64URLDigits;
	xsTypeError("the option alphabet is neither \"base64\" nor \"base64url\"");
	return NULL;
}

static void toBase64(xsMachine* the)
{
	xsUnsignedValue count;
	theseBytes(the, &count);
	const xsSlot* options = optionsOf(the, 0);
	const char* digits = alphabetOf(the, options);
	bool isPadded = !options || !xsTest(xsGet(*options, xsID("omitPadding")));
	theseBytes(the, &count);
	xsUnsignedValue length = isPadded ? (count + 2) / 3 * 4 : (count * 4 + 2) / 3;
	xsResult = xsStringBuffer(NULL, (xsIntegerValue)length);
	const uint8_t* bytes = theseBytes(the, &count);
	char *text = xsToString(xsResult), *end = text + length;
	for (xsUnsignedValue i = 0; i < count; i += 3) {
		xsUnsignedValue left = count - i;
		uint32_t group = (uint32_t)bytes[i] << 16 | (left > 1 ? bytes[i + 1] << 8 : 0) | (left > 2 ? bytes[i + 2] : 0);
		*text++ = digits[group >> 18];
		*text++ = digits[group >> 12 & 63];
		if (text < end)
			*text++ = left > 1 ? digits[group >> 6 & 63] : '=';
		if (text < end)
			*text++ = left > 2 ? digits[group & 63] : '=';
	}
}

/* A new Uint8Array over xsResult, an ArrayBuffer. */
static void viewResult(xsMachine* the)
{
	xsResult = xsNew1(xsGlobal, xsID("Uint8Array"), xsResult);
}

static int digitOf(const char* digits, int count, char character)
{
	for (int i = 0; i < count; i++) {
		if (digits[i] == character)
			return i;
	}
	return -1;
}

static void fromHex(xsMachine* the)
{
	size_t length = strlen(argumentString(the, 0));
	if (length % 2)
		xsSyntaxError("fromHex: the text has an odd number of digits");
	xsResult = xsArrayBuffer(NULL, (xsIntegerValue)(length / 2));
	const char* text = argumentString(the, 0);
	uint8_t* bytes = xsToArrayBuffer(xsResult);
	for (size_t i = 0; i < length; i += 2) {
		int high = digitOf(hexDigits, 16, (char)tolower(text[i])),
			low = digitOf(hexDigits, 16, (char)tolower(text[i + 1]));
		if (high < 0 || low < 0)
			xsSyntaxError("fromHex: a character is not a digit");
		*bytes++ = (uint8_t)(high << 4 | low);
	}
	viewResult(the);
}

/* Digits of base64 in `text`, white space left out; -1 where something else is there, or the padding is wrong. */
static int countDigits(const char* text, const char* alphabet)
{
	int digits = 0, padding = 0;
	for (; *text; text++) {
		if (isspace((unsigned char)*text))
			continue;
		if (*text == '=')
			padding++;
		else if (padding || digitOf(alphabet, 64, *text) < 0)
			return -1;
		else
			digits++;
	}
	bool isWhole = padding ? (digits + padding) % 4 == 0 && padding < 3 : digits % 4 != 1;
	return isWhole ? digits : -1;
}

static void fromBase64(xsMachine* the)
{
	argumentString(the, 0);
	const xsSlot* options = optionsOf(the, 1);
	const char* alphabet = alphabetOf(the, options);
	if (options && xsTypeOf(xsGet(*options, xsID("lastChunkHandling"))) != xsUndefinedType)
		xsTypeError("fromBase64: the simulator's XS 13 has no option lastChunkHandling: take --engine sdk");
	int digits = countDigits(argumentString(the, 0), alphabet);
	if (digits < 0)
		xsSyntaxError("fromBase64: the text is not base64");
	xsIntegerValue length = digits * 3 / 4;
	xsResult = xsArrayBuffer(NULL, length);
	const char* text = argumentString(the, 0);
	uint8_t* bytes = xsToArrayBuffer(xsResult);
	uint32_t group = 0;
	for (int taken = 0, written = 0; written < length; text++) {
		int digit = digitOf(alphabet, 64, *text);
		if (digit < 0)
			continue;
		group = group << 6 | (uint32_t)digit;
		taken += 6;
		if (taken >= 8) {
			taken -= 8;
			bytes[written++] = (uint8_t)(group >> taken);
		}
	}
	viewResult(the);
}

static void define(xsMachine* the, xsSlot* object, const char* name, xsCallback callback, int arguments)
{
	xsSlot function = xsNewHostFunction(callback, arguments);
	xsDefine(*object, xsID((txString)name), function, xsDontEnum);
}

void builtinsInstall(txMachine* machine)
{
	xsBeginHost(machine);
	{
		xsVars(2);
		xsVar(0) = xsGet(xsGlobal, xsID("Math"));
		define(the, &xsVar(0), "irandom", irandom, 2);
		xsVar(0) = xsGet(xsGlobal, xsID("Uint8Array"));
		xsVar(1) = xsGet(xsVar(0), xsID("prototype"));
		define(the, &xsVar(0), "fromBase64", fromBase64, 1);
		define(the, &xsVar(0), "fromHex", fromHex, 1);
		define(the, &xsVar(1), "toBase64", toBase64, 0);
		define(the, &xsVar(1), "toHex", toHex, 0);
	}
	xsEndHost(machine);
}

#endif
