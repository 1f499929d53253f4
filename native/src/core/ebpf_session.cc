#include "ebpf_session.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>

#include "../../bpf/.output/ethogram.skel.h"

namespace ethogram::ebpf {

namespace {

constexpr std::size_t kBufferBytes = 256 << 10;

std::uint64_t ReadClockNs(clockid_t clock) {
  timespec now;
  clock_gettime(clock, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000 +
         static_cast<std::uint64_t>(now.tv_nsec);
}

std::string Describe(const char* what, int error) {
  return std::string(what) + ": " + strerror(error < 0 ? -error : error);
}

// libbpf's own words about a failure, kept for the reason; nothing is printed.
thread_local std::string* warnings = nullptr;

int KeepWarning(libbpf_print_level level, const char* format, va_list arguments) {
  if (level != LIBBPF_WARN || warnings == nullptr || warnings->size() > 2000) return 0;
  char line[512];
  vsnprintf(line, sizeof(line), format, arguments);
  *warnings += line;
  return 0;
}

// Without one of these there is nothing to count by.
constexpr const char* kEssential[] = {"count_call", "on_fork", "on_exec", "on_exit", "read_tasks"};
// Each of these is of no use without the others.
const std::vector<std::vector<std::string>> kGroups = {
    {"on_dirty", "on_request", "on_part", "on_done"},
    {"on_send", "on_receive"},
    {"on_submit", "on_complete"},
};

// Whether the kernel has what a program is to be attached to, by its BTF.
bool HasTarget(const btf* kernel, const std::string& section) {
  const std::string target = section.substr(section.find('/') + 1);
  if (section.rfind("iter/", 0) == 0) {
    return btf__find_by_name_kind(kernel, ("bpf_iter_" + target).c_str(), BTF_KIND_FUNC) > 0;
  }
  return btf__find_by_name_kind(kernel, ("btf_trace_" + target).c_str(), BTF_KIND_TYPEDEF) > 0;
}

// All entries of a hash map.
template <typename Key, typename Value>
bool ReadMap(const bpf_map* map, std::vector<std::pair<Key, Value>>* entries, std::string* reason) {
  constexpr __u32 kBatch = 1024;
  std::vector<Key> keys(kBatch);
  std::vector<Value> values(kBatch);
  __u32 position = 0;
  for (bool first = true;; first = false) {
    __u32 count = kBatch;
    const int error =
        bpf_map_lookup_batch(bpf_map__fd(map), first ? nullptr : &position, &position, keys.data(),
                             values.data(), &count, nullptr);
    const int cause = error == 0 ? 0 : errno;
    if (cause != 0 && cause != ENOENT) {
      *reason = Describe((std::string("cannot read the map ") + bpf_map__name(map)).c_str(), cause);
      return false;
    }
    for (__u32 at = 0; at < count; at++) entries->emplace_back(keys[at], values[at]);
    if (cause == ENOENT) return true;
  }
}

class FileDescriptor {
 public:
  explicit FileDescriptor(int fd) : fd_(fd) {}
  ~FileDescriptor() {
    if (fd_ >= 0) close(fd_);
  }
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;
  int get() const { return fd_; }

 private:
  const int fd_;
};

}  // namespace

void Session::SkeletonDeleter::operator()(ethogram_bpf* skeleton) const {
  ethogram_bpf__destroy(skeleton);
}

void Session::RingDeleter::operator()(ring_buffer* ring) const { ring_buffer__free(ring); }

Session::Session()
    : ledger_(static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE))), links_(&ledger_), buffer_(kBufferBytes) {}

Session::~Session() {
  if (watcher_.joinable()) {
    eventfd_write(stop_event_, 1);
    watcher_.join();
  }
  if (stop_event_ >= 0) close(stop_event_);
}

std::unique_ptr<Session> Session::Open(const SessionOptions& options, std::string* reason) {
  std::unique_ptr<Session> session(new Session());
  std::string said;
  warnings = &said;
  libbpf_set_print(KeepWarning);
  libbpf_set_strict_mode(LIBBPF_STRICT_ALL);
  const bool loaded = session->Load(options, reason);
  warnings = nullptr;
  if (loaded) return session;
  // The first line names the failure; what follows is the verifier's log.
  const std::string first = said.substr(0, said.find('\n'));
  if (!first.empty()) *reason += " (" + first + ")";
  return nullptr;
}

void Session::LeaveOutMissing(bool essential_only, bool latency) {
  btf* kernel = btf__load_vmlinux_btf();
  missing_.clear();
  bpf_program* program = nullptr;
  bpf_object__for_each_program(program, skeleton_->obj) {
    const std::string name = bpf_program__name(program);
    if (name == "on_enter" && !latency) {
      bpf_program__set_autoload(program, false);
      continue;
    }
    const bool essential =
        std::find(std::begin(kEssential), std::end(kEssential), name) != std::end(kEssential);
    const bool there = kernel == nullptr || HasTarget(kernel, bpf_program__section_name(program));
    if (!essential && (essential_only || !there)) missing_.push_back(name);
  }
  btf__free(kernel);
  for (const auto& group : kGroups) {
    const auto is_missing = [&](const std::string& name) {
      return std::find(missing_.begin(), missing_.end(), name) != missing_.end();
    };
    if (std::none_of(group.begin(), group.end(), is_missing)) continue;
    for (const std::string& name : group) {
      if (!is_missing(name)) missing_.push_back(name);
    }
  }
  for (const std::string& name : missing_) {
    bpf_program__set_autoload(bpf_object__find_program_by_name(skeleton_->obj, name.c_str()),
                              false);
  }
}

bool Session::LoadPrograms(const SessionOptions& options, bool essential_only,
                           std::string* reason) {
  skeleton_.reset(ethogram_bpf__open());
  if (!skeleton_) {
    *reason = Describe("cannot open the eBPF programs", errno);
    return false;
  }
  LeaveOutMissing(essential_only, options.latency);
  bpf_map__set_max_entries(skeleton_->maps.records, options.ring_bytes);
  skeleton_->rodata->started_ns = ReadClockNs(CLOCK_BOOTTIME);
  skeleton_->rodata->measure_latency = options.latency && !essential_only;
  if (const int error = ethogram_bpf__load(skeleton_.get())) {
    *reason = Describe("cannot load the eBPF programs", error);
    return false;
  }
  return true;
}

bool Session::Load(const SessionOptions& options, std::string* reason) {
  // A kernel may refuse a program whose target it has: what counts calls comes first.
  if (!LoadPrograms(options, false, reason) && !LoadPrograms(options, true, reason)) return false;
  ring_.reset(ring_buffer__new(bpf_map__fd(skeleton_->maps.records), OnRecord, this, nullptr));
  if (!ring_) {
    *reason = Describe("cannot map the ring buffer", errno);
    return false;
  }
  if (const int error = ethogram_bpf__attach(skeleton_.get())) {
    *reason = Describe("cannot attach the eBPF programs", error);
    return false;
  }
  stop_event_ = eventfd(0, EFD_CLOEXEC);
  if (stop_event_ < 0) {
    *reason = Describe("cannot create an event descriptor", errno);
    return false;
  }
  // A first iteration notes what every task used before now, and who it is.
  if (!ReadTasks(reason) || !ReadSockets(reason)) return false;
  if (options.drain) watcher_ = std::thread(&Session::Watch, this);
  return true;
}

int Session::OnRecord(void* session, void* data, std::size_t size) {
  static_cast<Session*>(session)->ledger_.TakeRecord(data, size);
  return 0;
}

void Session::Drain() { ring_buffer__consume(ring_.get()); }

// Empties the ring between ticks when it fills; the kernel side wakes us at a quarter.
void Session::Watch() {
  pollfd waits[2] = {{ring_buffer__epoll_fd(ring_.get()), POLLIN, 0}, {stop_event_, POLLIN, 0}};
  for (;;) {
    if (poll(waits, 2, -1) < 0 && errno != EINTR) return;
    if (waits[1].revents != 0) return;
    if (waits[0].revents == 0) continue;
    const std::lock_guard<std::mutex> guard(mutex_);
    Drain();
  }
}

// Runs an iterator to its end; what it writes is appended to `output`.
bool Session::Iterate(bpf_link* link, std::vector<char>* output, std::string* reason) {
  const FileDescriptor iterator(bpf_iter_create(bpf_link__fd(link)));
  if (iterator.get() < 0) {
    *reason = Describe("cannot open an iterator", errno);
    return false;
  }
  for (;;) {
    const ssize_t size = read(iterator.get(), buffer_.data(), buffer_.size());
    if (size == 0) return true;
    if (size < 0) {
      if (errno == EINTR || errno == EAGAIN) continue;
      *reason = Describe("cannot read an iterator", errno);
      return false;
    }
    output->insert(output->end(), buffer_.data(), buffer_.data() + size);
  }
}

bool Session::ReadTasks(std::string* reason) {
  std::vector<char> records;
  if (!Iterate(skeleton_->links.read_tasks, &records, reason)) return false;
  ledger_.TakeRecords(records.data(), records.size());
  return true;
}

// Meets every socket and pipe, for those that were there before us and those that nobody uses.
bool Session::ReadSockets(std::string* reason) {
  const std::uint64_t now_ns = ReadClockNs(CLOCK_BOOTTIME);
  if (now_ns < sockets_due_ns_) return true;
  const std::uint64_t used_ns = ReadClockNs(CLOCK_THREAD_CPUTIME_ID);
  skeleton_->bss->flow_census = census_ + 1;
  std::vector<char> records;
  for (bpf_link* link : {skeleton_->links.read_tcp, skeleton_->links.read_udp,
                         skeleton_->links.read_unix, skeleton_->links.read_files}) {
    if (link != nullptr && !Iterate(link, &records, reason)) return false;
  }
  census_++;
  std::vector<wire::pipe_record> pipes(records.size() / sizeof(wire::pipe_record));
  memcpy(pipes.data(), records.data(), pipes.size() * sizeof(wire::pipe_record));
  links_.TakePipes(pipes);
  // At most one part in a hundred of a CPU, however many descriptors there are.
  sockets_due_ns_ = now_ns + 100 * (ReadClockNs(CLOCK_THREAD_CPUTIME_ID) - used_ns);
  return true;
}

bool Session::ReadFlows(std::string* reason) {
  std::vector<Links::Flow> flows;
  if (!ReadMap(skeleton_->maps.flows, &flows, reason)) return false;
  for (const wire::flow_key& key : links_.TakeFlows(flows, census_)) {
    bpf_map_delete_elem(bpf_map__fd(skeleton_->maps.flows), &key);
  }
  return true;
}

bool Session::ReadBlock(Reading* reading, std::string* reason) {
  if (skeleton_->links.on_done == nullptr) return true;
  std::vector<std::pair<wire::charge_key, wire::charge>> charges;
  std::vector<std::pair<std::uint32_t, wire::device>> devices;
  if (!ReadMap(skeleton_->maps.charges, &charges, reason)) return false;
  if (!ReadMap(skeleton_->maps.devices, &devices, reason)) return false;
  ledger_.TakeCharges(charges);
  for (const auto& [number, device] : devices) {
    Device& total = devices_[number];
    Device delta;
    bool any = false;
    for (std::size_t bucket = 0; bucket < LATENCY_BUCKETS; bucket++) {
      delta.latencies[bucket] = device.latencies[bucket] - total.latencies[bucket];
      total.latencies[bucket] = device.latencies[bucket];
      any = any || delta.latencies[bucket] > 0;
    }
    delta.name.assign(device.name, strnlen(device.name, sizeof(device.name)));
    if (any) reading->devices.push_back(std::move(delta));
  }
  return true;
}

bool Session::ReadRings(std::string* reason) {
  if (skeleton_->links.on_submit == nullptr) return true;
  std::vector<std::pair<std::uint32_t, wire::ring_use>> rings;
  if (!ReadMap(skeleton_->maps.rings, &rings, reason)) return false;
  ledger_.TakeRings(rings);
  return true;
}

bool Session::ReadLatencies(std::string* reason) {
  if (skeleton_->links.on_enter == nullptr) return true;
  std::vector<std::pair<wire::latency_key, std::uint64_t>> latencies;
  if (!ReadMap(skeleton_->maps.latencies, &latencies, reason)) return false;
  ledger_.TakeLatencies(latencies);
  return true;
}

std::uint64_t Session::MissedRuns() const {
  std::uint64_t missed = 0;
  ForEachLoaded([&](const bpf_prog_info& info) { missed += info.recursion_misses; });
  return missed;
}

std::map<std::string, std::uint32_t> Session::VerifiedInstructions() const {
  std::map<std::string, std::uint32_t> counts;
  ForEachLoaded([&](const bpf_prog_info& info) { counts[info.name] = info.verified_insns; });
  return counts;
}

void Session::ForEachLoaded(const std::function<void(const bpf_prog_info&)>& look) const {
  bpf_program* program = nullptr;
  bpf_object__for_each_program(program, skeleton_->obj) {
    bpf_prog_info info = {};
    __u32 size = sizeof(info);
    const int fd = bpf_program__fd(program);
    if (fd >= 0 && bpf_obj_get_info_by_fd(fd, &info, &size) == 0) look(info);
  }
}

bool Session::Read(bool snapshot, Reading* reading, std::string* reason) {
  const std::lock_guard<std::mutex> guard(mutex_);
  auto* bss = skeleton_->bss;
  const std::uint64_t lost = bss->lost_records;
  const bool census = lost != lost_at_census_;
  if (census) {
    lost_at_census_ = lost;
    Drain(); // what is older than the census must not bring back those it finds dead
    ledger_.BeginCensus();
    bss->all_tasks = 1;
  }
  // Tasks before the ring: the totals of a task that ends meanwhile come after its older ones.
  const bool read = ReadTasks(reason);
  if (census) {
    bss->all_tasks = 0;
    if (read) ledger_.EndCensus();
  }
  Drain();
  if (!read || !ReadSockets(reason) || !ReadFlows(reason)) return false;
  if (!ReadBlock(reading, reason) || !ReadRings(reason)) return false;
  if (!ReadLatencies(reason)) return false;
  reading->links = links_.Take(snapshot);
  reading->self = ledger_.IdentityOf(static_cast<std::uint32_t>(getpid()));
  reading->batch = ledger_.Take();
  CollectLosses(reading);
  return true;
}

void Session::CollectLosses(Reading* reading) {
  const auto* bss = skeleton_->bss;
  const auto lose = [&](const std::string& cause, std::uint64_t total) {
    std::uint64_t& before = lost_before_[cause];
    if (total > before) reading->lost[cause] = total - before;
    before = total;
  };
  lose("ring.full", bss->lost_records);
  lose("storage.full", bss->lost_storage);
  lose("links.full", bss->lost_flows);
  lose("disk.full", bss->lost_requests);
  lose("latency.full", bss->lost_latencies);
  lose("program.missed", MissedRuns());
  const LinkLosses links = links_.TakeLosses();
  for (const auto& [cause, count] :
       {std::pair{"counter.torn", reading->batch.torn},
        std::pair{"record.malformed", reading->batch.malformed},
        std::pair{"links.unowned", links.unowned}, std::pair{"links.over-limit", links.over_limit}}) {
    if (count > 0) reading->lost[cause] = count;
  }
  reading->lost_calls = bss->lost_calls - lost_calls_before_;
  lost_calls_before_ = bss->lost_calls;
  reading->child_returns = bss->child_returns - child_returns_before_;
  child_returns_before_ = bss->child_returns;
}

}  // namespace ethogram::ebpf
