// Reads what the programs in the kernel counted: iterators, the ring, and maps, once a tick.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "ebpf_ledger.h"
#include "ebpf_links.h"
#include "ebpf_programs.h"
#include "ebpf_totals.h"

struct bpf_link;
struct ring_buffer;

namespace ethogram::ebpf {

struct SessionOptions {
  ProgramOptions programs;
  bool drain = true;  // false: the ring is emptied by `Read` alone, so that tests can fill it
};

// Requests of a device, and the time they took: bucket k counts 2^k … 2^(k+1) - 1 ns.
struct Device {
  std::string name;
  std::uint64_t requests = 0;
  std::uint64_t bytes = 0;
  std::array<std::uint64_t, LATENCY_BUCKETS> latencies{};
};

// What one tick holds, and what was lost while it lasted.
struct Reading {
  Batch batch;
  std::vector<LinkRow> links;
  std::vector<Device> devices;                // those that completed a request
  std::map<std::string, std::uint64_t> lost;  // by cause, without zeros
  std::uint64_t lost_calls = 0;               // calls known to be lost, of nobody knows which kind
  std::uint64_t late_storage = 0;             // threads whose counters came after their first call
  std::uint64_t child_returns = 0;            // returns of clone and fork in the child
};

// Loaded and attached from `Open` to destruction. `Read` may run on any thread, one at a time.
class Session {
 public:
  // Returns nothing and says why in `reason` where the kernel or our rights do not allow it.
  static std::unique_ptr<Session> Open(const SessionOptions& options, std::string* reason);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  const Programs& programs() const { return *programs_; }

  // Everything since the reading before; with `snapshot`, links that did nothing too. Returns
  // false and says why in `reason` on failure.
  bool Read(bool snapshot, Reading* reading, std::string* reason);

 private:
  struct RingDeleter {
    void operator()(ring_buffer* ring) const;
  };

  Session();
  bool Begin(const SessionOptions& options, std::string* reason);
  bool ReadTasks(std::string* reason);
  bool ReadSockets(std::string* reason);
  bool ReadFlows(std::string* reason);
  bool ReadLatencies(std::string* reason);
  bool ReadRings(std::string* reason);
  bool ReadBlock(Reading* reading, std::string* reason);
  bool Iterate(bpf_link* link, std::vector<char>* output, std::string* reason);
  void CollectLosses(Reading* reading);
  void Drain();
  void Watch();
  static int OnRecord(void* session, void* data, std::size_t size);

  std::unique_ptr<Programs> programs_;
  std::unique_ptr<ring_buffer, RingDeleter> ring_;
  std::mutex mutex_;  // guards ledger_ and the reading end of the ring
  Ledger ledger_;
  Links links_;
  Totals totals_;
  std::vector<char> buffer_;
  std::map<std::string, std::uint64_t> lost_before_;
  std::uint64_t lost_at_census_ = 0;
  std::uint64_t lost_calls_before_ = 0;
  std::uint64_t late_storage_before_ = 0;
  std::uint64_t child_returns_before_ = 0;
  std::map<std::uint32_t, Device> devices_;  // totals so far, by device number
  std::uint64_t census_ = 0;          // number of the last whole iteration over sockets
  std::uint64_t sockets_due_ns_ = 0;  // CLOCK_BOOTTIME
  int stop_event_ = -1;
  std::thread watcher_;
};

}  // namespace ethogram::ebpf
