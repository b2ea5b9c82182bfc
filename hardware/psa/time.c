/*
	The times of certificates, for time.ts (RFC 5280 section 4.1.2.5): a UTCTime has 12 digits and a Z, a
	GeneralizedTime 14 and a Z.
*/

#include "der.h"
#include <math.h>

/* Tag in modules/wire/der.ts. */
enum { kUTCTime = 0x17, kGeneralizedTime = 0x18 };

enum { kUTCLength = 13, kGeneralizedLength = 15 };

/* Days from 0000-03-01 to 1970-01-01, and in 400 years. */
enum { kDaysTo1970 = 719468, kDaysIn400Years = 146097 };

/* Takes two digits. Returns -1 for other characters. */
static int takeTwo(const uint8_t** at)
{
	unsigned tens = (*at)[0] - '0', ones = (*at)[1] - '0';
	*at += 2;
	return tens > 9 || ones > 9 ? -1 : (int)(tens * 10 + ones);
}

static int daysInMonth(int year, int month)
{
	if (month == 2)
		return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28;
	return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

/* Days since 1970. Years are counted from March, so that a leap day is the last of its year. */
static int32_t daysSince1970(int year, int month, int day)
{
	/* never below 0 */
	int32_t years = year + 400 - (month < 3);
	int32_t months = (month + 9) % 12;
	return years * 365 + years / 4 - years / 100 + years / 400 + (153 * months + 2) / 5 + day - 1 - kDaysIn400Years
		- kDaysTo1970;
}

/* The time of `digits`, with a year of four or of two. Infinity if the digits are not a time. */
static double secondsOf(const uint8_t* digits, bool isLong)
{
	int century = isLong ? takeTwo(&digits) : 0, year = takeTwo(&digits), month = takeTwo(&digits);
	int day = takeTwo(&digits), hour = takeTwo(&digits), minute = takeTwo(&digits), second = takeTwo(&digits);
	if (century < 0 || year < 0 || hour < 0 || minute < 0 || second < 0)
		return INFINITY;
	year += isLong ? century * 100 : year < 50 ? 2000 : 1900;
	if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month) || hour > 23 || minute > 59 || second > 59)
		return INFINITY;
	return daysSince1970(year, month, day) * 86400.0 + hour * 3600 + minute * 60 + second;
}

void xs_time_read(xsMachine* the)
{
	Range bytes = derArgument(the, 0);
	size_t left = derLength(bytes);
	double seconds = NAN;
	if (left > 2) {
		bool isLong = bytes.at[0] == kGeneralizedTime;
		size_t length = isLong ? kGeneralizedLength : kUTCLength;
		if ((isLong || bytes.at[0] == kUTCTime) && bytes.at[1] == length && left >= 2 + length
			&& bytes.at[1 + length] == 'Z')
			seconds = secondsOf(bytes.at + 2, isLong);
	}
	xsmcSetNumber(xsResult, seconds);
}
