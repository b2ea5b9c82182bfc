/* Maps the files of the app's resources; the class itself is in resource.c. */

#include "sim.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

static void fail(const Resource* resource)
{
	fprintf(stderr, "sim: %s: %s\n", resource->path, strerror(errno));
	exit(kExitUsage);
}

void resourcesMap(App* app)
{
	for (Resource* resource = app->resources; resource; resource = resource->next) {
		struct stat status;
		int file = open(resource->path, O_RDONLY);
		if (file < 0 || fstat(file, &status) < 0)
			fail(resource);
		resource->size = (size_t)status.st_size;
		resource->data = "";
		if (resource->size > 0) {
			resource->data = mmap(NULL, resource->size, PROT_READ, MAP_PRIVATE, file, 0);
			if (resource->data == MAP_FAILED)
				fail(resource);
		}
		close(file);
	}
}
