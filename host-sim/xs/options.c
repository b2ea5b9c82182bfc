/* The command line: sim APP.txt [--option value ...]. */

#define _DEFAULT_SOURCE
#include "sim.h"
#include "accelerators.h"

static void usage(const char* problem, const char* argument)
{
	if (problem)
		fprintf(stderr, "sim: %s: %s\n", problem, argument);
	fputs("usage: sim APP.txt [--live] [--keep-literals] [--meter-limit N] [--clock unset|ISO-8601|seconds] [--report "
		  "FILE] [--census "
		  "FILE] [--trace FILE] [--timeout SECONDS]\n"
		  "       [--chip FEATURES] [--debug HOST:PORT] [--tcp-buffer BYTES] [--files FOLDER]\n",
		stderr);
	exit(kExitUsage);
}

static double positive(const char* option, const char* text)
{
	char* end;
	double value = strtod(text, &end);
	if (end == text || *end || !(value > 0))
		usage("not a positive number", option);
	return value;
}

/* The end of a date: nothing or Z for UTC, or what is to be subtracted, +HH:MM. False for anything else. */
static bool parseZone(const char* text, double* seconds)
{
	int hours, minutes, length = 0;
	*seconds = 0;
	if (!strcmp(text, "") || !strcmp(text, "Z"))
		return true;
	if ((*text != '+' && *text != '-') || sscanf(text + 1, "%2d:%2d%n", &hours, &minutes, &length) != 2
		|| text[1 + length])
		return false;
	*seconds = (hours * 60 + minutes) * (*text == '-' ? -60 : 60);
	return true;
}

/* "unset", seconds since 1970, YYYY-MM-DD or YYYY-MM-DDTHH:MM:SS[.mmm] with an optional zone; without one in UTC. */
static bool clockParse(const char* text)
{
	struct tm date = {0};
	double fraction = 0, zone;
	char* end;
	int length = 0;
	if (!strcmp(text, "unset")) {
		clockSet(0);
		return true;
	}
	double seconds = strtod(text, &end);
	if (end != text && !*end) {
		clockSet(seconds);
		return true;
	}
	if (sscanf(text, "%d-%d-%d%n", &date.tm_year, &date.tm_mon, &date.tm_mday, &length) != 3)
		return false;
	text += length;
	if (*text == 'T') {
		if (sscanf(text, "T%d:%d:%d%n", &date.tm_hour, &date.tm_min, &date.tm_sec, &length) != 3)
			return false;
		text += length;
		if (*text == '.') {
			fraction = strtod(text, &end);
			text = end;
		}
	}
	if (!parseZone(text, &zone))
		return false;
	date.tm_year -= 1900;
	date.tm_mon -= 1;
	clockSet((double)timegm(&date) - zone + fraction);
	return true;
}

void optionsRead(Options* options, int argc, char** argv)
{
	for (int i = 1; i < argc; i++) {
		const char* option = argv[i];
		if (strncmp(option, "--", 2)) {
			if (options->app)
				usage("one app at a time", option);
			options->app = option;
			continue;
		}
		if (!strcmp(option, "--live")) {
			options->live = true;
			continue;
		}
		if (!strcmp(option, "--keep-literals")) {
			options->keepsLiterals = true;
			continue;
		}
		if (++i == argc)
			usage("a value is missing after", option);
		if (!strcmp(option, "--meter-limit"))
			options->meterLimit = positive(option, argv[i]);
		else if (!strcmp(option, "--timeout"))
			options->timeout = positive(option, argv[i]);
		else if (!strcmp(option, "--report"))
			options->report = argv[i];
		else if (!strcmp(option, "--census"))
			options->census = argv[i];
		else if (!strcmp(option, "--trace"))
			options->trace = argv[i];
		else if (!strcmp(option, "--debug"))
			options->debug = argv[i];
		else if (!strcmp(option, "--files"))
			options->files = argv[i];
		else if (!strcmp(option, "--tcp-buffer"))
			options->tcpBuffer = (size_t)positive(option, argv[i]);
		else if (!strcmp(option, "--chip"))
			chipFeaturesSet((int)positive(option, argv[i]));
		else if (!strcmp(option, "--clock")) {
			if (!clockParse(argv[i]))
				usage("not a time", argv[i]);
		}
		else
			usage("unknown option", option);
	}
#if !mxDebug
	if (options->debug)
		usage("this build has no debugger", "--debug");
#endif
	if (!options->app)
		usage("no app was given", "APP.txt");
}
