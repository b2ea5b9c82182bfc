/* The command line: sim APP.txt [--option value ...]. */

#include "sim.h"

static void usage(const char* problem, const char* argument)
{
	if (problem)
		fprintf(stderr, "sim: %s: %s\n", problem, argument);
	fputs("usage: sim APP.txt [--live] [--meter-limit N] [--clock unset|ISO-8601|seconds] [--report FILE] [--census FILE] [--timeout SECONDS]\n",
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
		else if (!strcmp(option, "--clock")) {
			if (!clockParse(argv[i]))
				usage("not a time", argv[i]);
		}
		else
			usage("unknown option", option);
	}
	if (!options->app)
		usage("no app was given", "APP.txt");
}
