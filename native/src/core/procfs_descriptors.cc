#include "procfs_descriptors.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <string>
#include <string_view>

#include "procfs_directory.h"

namespace ethogram::procfs {

namespace {

// The number in `socket:[4711]`; 0 where the text is of another kind.
uint64_t InodeIn(const std::string& target, std::string_view prefix) {
  if (target.compare(0, prefix.size(), prefix) != 0) return 0;
  uint64_t inode = 0;
  std::from_chars(target.data() + prefix.size(), target.data() + target.size(), inode);
  return inode;
}

}  // namespace

ReadResult CountDescriptors(int process_fd, bool real_procfs, uint64_t* count) {
  struct stat info;
  // From Linux 6.2 the size of the directory is the number of descriptors.
  if (real_procfs && fstatat(process_fd, "fd", &info, 0) == 0 && info.st_size > 0) {
    // stat() on it needs no rights, so that it must not be taken for permission to list it.
    *count = static_cast<uint64_t>(info.st_size);
    return ReadResult::kOk;
  }
  const Directory descriptors = OpenDirectoryAt(process_fd, "fd");
  if (!descriptors) return ResultOfErrno(errno);
  *count = 0;
  int32_t number = 0;
  while (const dirent* entry = readdir(descriptors.get())) {
    if (strcmp(entry->d_name, "0") == 0 || NumericName(entry->d_name, number)) ++*count;
  }
  return ReadResult::kOk;
}

void ListDescriptors(int proc_fd, int32_t pid, uint32_t process, std::vector<Descriptor>* found) {
  std::string target;
  char path[32];
  snprintf(path, sizeof path, "%d/ns/net", pid);
  uint64_t net = 0;
  if (ReadLinkAt(proc_fd, path, target) == ReadResult::kOk) net = InodeIn(target, "net:[");
  snprintf(path, sizeof path, "%d/fd", pid);
  const Directory descriptors = OpenDirectoryAt(proc_fd, path);
  if (!descriptors) return;
  const int fd = dirfd(descriptors.get());
  while (const dirent* entry = readdir(descriptors.get())) {
    if (entry->d_name[0] == '.') continue;
    if (ReadLinkAt(fd, entry->d_name, target) != ReadResult::kOk) continue;
    if (const uint64_t socket = InodeIn(target, "socket:[")) {
      found->push_back({process, DescriptorKind::kSocket, socket, net});
    } else if (const uint64_t pipe = InodeIn(target, "pipe:[")) {
      // The link itself has the rights with which the descriptor was opened.
      struct stat info;
      if (fstatat(fd, entry->d_name, &info, AT_SYMLINK_NOFOLLOW) != 0) continue;
      const bool reads = (info.st_mode & S_IRUSR) != 0;
      const bool writes = (info.st_mode & S_IWUSR) != 0;
      found->push_back({process,
                       reads && writes ? DescriptorKind::kPipeBoth
                       : writes        ? DescriptorKind::kPipeWriter
                                       : DescriptorKind::kPipeReader,
                       pipe, net});
    }
  }
}

}  // namespace ethogram::procfs
