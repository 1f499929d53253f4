#include "procfs_versions.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "procfs_build_id.h"

namespace ethogram::procfs {

namespace {

constexpr size_t kMostVersions = 4096;

}  // namespace

std::optional<FileVersion> FileVersions::Of(int process_fd) {
  struct stat file;
  if (fstatat(process_fd, "exe", &file, 0) != 0 || !S_ISREG(file.st_mode)) return {};
  FileVersion version{
      file.st_dev, file.st_ino,
      static_cast<int64_t>(file.st_mtim.tv_sec) * 1'000'000'000 + file.st_mtim.tv_nsec, {}};
  const auto known = known_.find(version);
  if (known != known_.end()) return *known;
  version.build_id = ReadBuildId(process_fd, "exe");
  if (known_.size() >= kMostVersions) known_.clear();
  known_.insert(version);
  return version;
}

}  // namespace ethogram::procfs
