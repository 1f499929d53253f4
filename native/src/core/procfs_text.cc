#include "procfs_text.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>

namespace ethogram::procfs {

namespace {

constexpr size_t kChunk = 4096;

// Takes the next run of non-spaces off the front of `text`.
std::string_view NextField(std::string_view& text) {
  const size_t begin = text.find_first_not_of(" \t\n");
  if (begin == std::string_view::npos) return {};
  const size_t end = text.find_first_of(" \t\n", begin);
  const std::string_view field = text.substr(begin, end - begin);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end);
  return field;
}

template <typename Number>
bool ToNumber(std::string_view field, Number& number, int base = 10) {
  const auto [end, error] = std::from_chars(field.data(), field.data() + field.size(), number, base);
  return error == std::errc() && end == field.data() + field.size();
}

}  // namespace

ReadResult ResultOfErrno(int error) {
  switch (error) {
    case ENOENT:
    case ESRCH:
    case ENOTDIR:
      return ReadResult::kGone;
    case EACCES:
    case EPERM:
      return ReadResult::kDenied;
    default:
      return ReadResult::kFailed;
  }
}

ReadResult ReadFileAt(int directory_fd, const char* path, std::string& text) {
  text.clear();
  const int fd = openat(directory_fd, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  if (fd < 0) return ResultOfErrno(errno);
  ReadResult result = ReadResult::kOk;
  for (;;) {
    const size_t filled = text.size();
    text.resize(filled + kChunk);
    const ssize_t got = read(fd, text.data() + filled, kChunk);
    text.resize(filled + (got > 0 ? static_cast<size_t>(got) : 0));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) result = ResultOfErrno(errno);
    // The kernel writes such a file in one piece, so that a short read is the end of it.
    if (got < static_cast<ssize_t>(kChunk)) break;
  }
  close(fd);
  return result;
}

ReadResult ReadLinkAt(int directory_fd, const char* path, std::string& target) {
  // A longer path would be cut by the kernel's own procfs as well (one page).
  char buffer[kChunk];
  const ssize_t length = readlinkat(directory_fd, path, buffer, sizeof buffer);
  if (length < 0) {
    target.clear();
    return ResultOfErrno(errno);
  }
  target.assign(buffer, static_cast<size_t>(length));
  return ReadResult::kOk;
}

std::optional<Stat> ParseStat(std::string_view text) {
  const size_t open = text.find('(');
  const size_t close = text.rfind(')');
  if (open == std::string_view::npos || close == std::string_view::npos || close < open) return {};
  Stat stat;
  stat.comm = text.substr(open + 1, close - open - 1);
  text.remove_prefix(close + 1);
  const std::string_view state = NextField(text);
  if (state.size() != 1) return {};
  stat.state = state[0];
  // Numbers are those of man 5 proc_pid_stat; the state is field 3, the last that we use is 24.
  for (int field = 4; field <= 24; field++) {
    const std::string_view value = NextField(text);
    bool valid = !value.empty();
    switch (field) {
      case 4: valid = ToNumber(value, stat.parent); break;
      case 9: valid = ToNumber(value, stat.flags); break;
      case 10: valid = ToNumber(value, stat.minor_faults); break;
      case 12: valid = ToNumber(value, stat.major_faults); break;
      case 14: valid = ToNumber(value, stat.user_ticks); break;
      case 15: valid = ToNumber(value, stat.system_ticks); break;
      case 20: valid = ToNumber(value, stat.threads); break;
      case 22: valid = ToNumber(value, stat.start_ticks); break;
      case 24: {
        // Signed in the kernel: its per-CPU parts can sum to less than nothing for a moment.
        int64_t pages = 0;
        valid = ToNumber(value, pages);
        stat.resident_pages = pages > 0 ? static_cast<uint64_t>(pages) : 0;
        break;
      }
      default: break;
    }
    if (!valid) return {};
  }
  return stat;
}

std::optional<uint64_t> FieldOf(std::string_view text, std::string_view key, int base) {
  for (size_t at = 0; at < text.size();) {
    const size_t end = text.find('\n', at);
    std::string_view line = text.substr(at, end - at);
    if (line.size() > key.size() && line.substr(0, key.size()) == key && line[key.size()] == ':') {
      line.remove_prefix(key.size() + 1);
      uint64_t number = 0;
      if (ToNumber(NextField(line), number, base)) return number;
      return {};
    }
    if (end == std::string_view::npos) break;
    at = end + 1;
  }
  return {};
}

std::optional<Io> ParseIo(std::string_view text) {
  const auto read_bytes = FieldOf(text, "rchar");
  const auto written_bytes = FieldOf(text, "wchar");
  const auto read_ops = FieldOf(text, "syscr");
  const auto write_ops = FieldOf(text, "syscw");
  const auto disk_read = FieldOf(text, "read_bytes");
  const auto disk_written = FieldOf(text, "write_bytes");
  const auto cancelled = FieldOf(text, "cancelled_write_bytes");
  if (!read_bytes || !written_bytes || !read_ops || !write_ops || !disk_read || !disk_written) {
    return {};
  }
  return Io{*read_bytes,  *written_bytes, *read_ops,           *write_ops,
            *disk_read,   *disk_written,  cancelled.value_or(0)};
}

std::optional<SchedStat> ParseSchedStat(std::string_view text) {
  SchedStat sched;
  if (!ToNumber(NextField(text), sched.run_ns)) return {};
  NextField(text);
  if (!ToNumber(NextField(text), sched.times_run)) return {};
  return sched;
}

}  // namespace ethogram::procfs
