#include "ebpf_session.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include <utility>

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
      *reason = Describe(std::string("cannot read the map ") + bpf_map__name(map), cause);
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

void Session::RingDeleter::operator()(ring_buffer* ring) const { ring_buffer__free(ring); }

Session::Session()
    : ledger_(static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE))), links_(&ledger_),
      totals_(&ledger_),
      buffer_(kBufferBytes) {}

Session::~Session() {
  if (watcher_.joinable()) {
    eventfd_write(stop_event_, 1);
    watcher_.join();
  }
  if (stop_event_ >= 0) close(stop_event_);
}

std::unique_ptr<Session> Session::Open(const SessionOptions& options, std::string* reason) {
  std::unique_ptr<Session> session(new Session());
  return session->Begin(options, reason) ? std::move(session) : nullptr;
}

bool Session::Begin(const SessionOptions& options, std::string* reason) {
  programs_ = Programs::Load(options.programs, reason);
  if (!programs_) return false;
  ring_.reset(ring_buffer__new(bpf_map__fd((*programs_)->maps.records), OnRecord, this, nullptr));
  if (!ring_) {
    *reason = Describe("cannot map the ring buffer", errno);
    return false;
  }
  if (!programs_->Attach(reason)) return false;
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
  if (!Iterate((*programs_)->links.read_tasks, &records, reason)) return false;
  ledger_.TakeRecords(records.data(), records.size());
  return true;
}

// Meets every socket and pipe, for those that were there before us and those that nobody uses.
bool Session::ReadSockets(std::string* reason) {
  const std::uint64_t now_ns = ReadClockNs(CLOCK_BOOTTIME);
  if (now_ns < sockets_due_ns_) return true;
  const std::uint64_t used_ns = ReadClockNs(CLOCK_THREAD_CPUTIME_ID);
  (*programs_)->bss->flow_census = census_ + 1;
  std::vector<char> records;
  bpf_link* const tcp = census_ % kTcpEvery == 0 ? (*programs_)->links.read_tcp : nullptr;
  for (bpf_link* link : {tcp, (*programs_)->links.read_udp, (*programs_)->links.read_unix,
                         (*programs_)->links.read_files}) {
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
  const auto& maps = (*programs_)->maps;
  std::vector<std::pair<std::uint64_t, wire::flow>> by_cookie;
  std::vector<Links::Flow> flows;
  if (!ReadMap(maps.datagrams, &flows, reason)) return false;
  if (!ReadMap(maps.flows, &by_cookie, reason)) return false;
  flows.reserve(flows.size() + by_cookie.size());
  for (const auto& [cookie, flow] : by_cookie) {
    flows.emplace_back(wire::flow_key{cookie, {}, 0, 0}, flow);
  }
  for (auto& [key, flow] : flows) {
    if (flow.tgid == NOBODY_YET) flow.tgid = 0;
  }
  for (const wire::flow_key& key : links_.TakeFlows(flows, census_, programs_->sizes().datagrams)) {
    if (key.remote_port != 0) {
      bpf_map_delete_elem(bpf_map__fd(maps.datagrams), &key);
    } else {
      bpf_map_delete_elem(bpf_map__fd(maps.flows), &key.cookie);
    }
  }
  return true;
}

bool Session::ReadBlock(Reading* reading, std::string* reason) {
  if ((*programs_)->links.on_done == nullptr) return true;
  std::vector<std::pair<wire::charge_key, wire::charge>> charges;
  std::vector<std::pair<std::uint32_t, wire::device>> devices;
  if (!ReadMap((*programs_)->maps.charges, &charges, reason)) return false;
  if (!ReadMap((*programs_)->maps.devices, &devices, reason)) return false;
  totals_.TakeCharges(charges);
  for (const auto& [number, device] : devices) {
    Device& total = devices_[number];
    Device delta;
    const std::uint64_t requests = device.ops[0] + device.ops[1];
    const std::uint64_t bytes = device.bytes[0] + device.bytes[1];
    delta.requests = requests - std::exchange(total.requests, requests);
    delta.bytes = bytes - std::exchange(total.bytes, bytes);
    bool any = delta.requests + delta.bytes > 0;
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
  if ((*programs_)->links.on_submit == nullptr) return true;
  std::vector<std::pair<wire::ring_key, wire::ring_use>> rings;
  if (!ReadMap((*programs_)->maps.rings, &rings, reason)) return false;
  totals_.TakeRings(rings);
  return true;
}

bool Session::ReadLatencies(std::string* reason) {
  if ((*programs_)->links.on_enter == nullptr) return true;
  std::vector<std::pair<wire::latency_key, std::uint64_t>> latencies;
  if (!ReadMap((*programs_)->maps.latencies, &latencies, reason)) return false;
  const int map = bpf_map__fd((*programs_)->maps.latencies);
  for (const wire::latency_key& key : totals_.TakeLatencies(latencies)) {
    // At once, so that no call is missed between reading an entry and taking it out.
    std::uint64_t last = 0;
    if (bpf_map_lookup_and_delete_elem(map, &key, &last) == 0) totals_.EndLatency(key, last);
  }
  return true;
}

bool Session::Read(bool snapshot, Reading* reading, std::string* reason) {
  const std::lock_guard<std::mutex> guard(mutex_);
  auto* bss = (*programs_)->bss;
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
  reading->batch = ledger_.Take();
  CollectLosses(reading);
  return true;
}

void Session::CollectLosses(Reading* reading) {
  const auto* bss = (*programs_)->bss;
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
  lose("uring.full", bss->lost_rings);
  lose("program.missed", programs_->MissedRuns());
  const LinkLosses links = links_.TakeLosses();
  for (const auto& [cause, count] :
       {std::pair{"counter.torn", reading->batch.torn},
        std::pair{"record.malformed", reading->batch.malformed},
        std::pair{"links.unowned", links.unowned}, std::pair{"links.over-limit", links.over_limit}}) {
    if (count > 0) reading->lost[cause] = count;
  }
  reading->lost_calls = bss->lost_calls - lost_calls_before_;
  lost_calls_before_ = bss->lost_calls;
  reading->late_storage = bss->late_storage - late_storage_before_;
  late_storage_before_ = bss->late_storage;
  reading->child_returns = bss->child_returns - child_returns_before_;
  child_returns_before_ = bss->child_returns;
}

}  // namespace ethogram::ebpf
