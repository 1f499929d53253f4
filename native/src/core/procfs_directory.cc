#include "procfs_directory.h"

#include <fcntl.h>

#include <charconv>
#include <cstring>
#include <system_error>

namespace ethogram::procfs {

Directory OpenDirectoryAt(int parent_fd, const char* path) {
  const int fd = openat(parent_fd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return nullptr;
  DIR* directory = fdopendir(fd);
  if (directory == nullptr) close(fd);
  return Directory(directory);
}

bool NumericName(const char* name, int32_t& number) {
  const auto [end, error] = std::from_chars(name, name + strlen(name), number);
  return error == std::errc() && *end == '\0' && number > 0;
}

}  // namespace ethogram::procfs
