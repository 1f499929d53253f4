// Reads the small text files of procfs without allocating per field.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ethogram::procfs {

// What came of reading a file: `kGone` is the ordinary end of a process, `kDenied` a lack of
// rights, `kFailed` our own trouble (no descriptors, no memory), which must be counted as loss.
enum class ReadResult { kOk, kGone, kDenied, kFailed };

// Reads a whole file under `directory_fd` into `text`, replacing what was there.
ReadResult ReadFileAt(int directory_fd, const char* path, std::string& text);

// The target of a symbolic link under `directory_fd`.
ReadResult ReadLinkAt(int directory_fd, const char* path, std::string& target);

// Says which result an errno stands for.
ReadResult ResultOfErrno(int error);

// The fields of /proc/PID/stat that we use (man 5 proc_pid_stat).
struct Stat {
  std::string_view comm;
  char state = '?';
  int32_t parent = 0;
  uint64_t flags = 0;
  uint64_t minor_faults = 0;
  uint64_t major_faults = 0;
  uint64_t user_ticks = 0;
  uint64_t system_ticks = 0;
  uint64_t threads = 0;
  uint64_t start_ticks = 0;
  uint64_t resident_pages = 0;
};

// Takes a line of /proc/PID/stat apart; `comm` points into `text` and may hold anything, closing
// parentheses included. Nothing where the line is not one.
std::optional<Stat> ParseStat(std::string_view text);

// /proc/PID/io, as the kernel has it (Documentation/filesystems/proc.rst).
struct Io {
  uint64_t read_bytes = 0;
  uint64_t written_bytes = 0;
  uint64_t read_ops = 0;
  uint64_t write_ops = 0;
  uint64_t disk_read_bytes = 0;
  uint64_t disk_written_bytes = 0;
  uint64_t cancelled_bytes = 0;
};

std::optional<Io> ParseIo(std::string_view text);

// /proc/PID/task/TID/schedstat: time on a CPU, and how often it got there.
struct SchedStat {
  uint64_t run_ns = 0;
  uint64_t times_run = 0;
};

std::optional<SchedStat> ParseSchedStat(std::string_view text);

// The number after `key` in a file of `key: value` lines, such as /proc/PID/status; `base` 10 or 16.
std::optional<uint64_t> FieldOf(std::string_view text, std::string_view key, int base = 10);

}  // namespace ethogram::procfs
