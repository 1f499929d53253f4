// Descriptors and directories that close themselves.
#pragma once

#include <dirent.h>
#include <unistd.h>

#include <cstdint>
#include <memory>

namespace ethogram::procfs {

// A descriptor that closes itself.
class Fd {
 public:
  explicit Fd(int fd) : fd_(fd) {}
  ~Fd() {
    if (fd_ >= 0) close(fd_);
  }
  Fd(const Fd&) = delete;
  Fd& operator=(const Fd&) = delete;
  int get() const { return fd_; }

 private:
  const int fd_;
};

struct CloseDirectory {
  void operator()(DIR* directory) const { closedir(directory); }
};
using Directory = std::unique_ptr<DIR, CloseDirectory>;

// Nothing where it cannot be opened: `errno` says why.
Directory OpenDirectoryAt(int parent_fd, const char* path);

// Whether a name is a positive number and nothing else: that of a process, a thread, a descriptor.
bool NumericName(const char* name, int32_t& number);

}  // namespace ethogram::procfs
