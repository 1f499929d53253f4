// The ends of connections: finds the other end of each, and names those that are outside.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "records.h"

namespace ethogram::ebpf {

// One end of a connection as the kernel's map holds it.
using Flow = std::pair<wire::flow_key, wire::flow>;

// The remote side as an endpoint: `remote:10.0.0.0/24:5432`. IPv4 by /24 (loopback by /8), IPv6
// by /64. `address` is IPv6, or IPv4 mapped into it.
std::string RemoteEndpoint(const std::uint8_t (&address)[16], std::uint32_t port);

// The flows of one tick by what their other ends say of them. Holds pointers to what was added.
class Ends {
 public:
  void Add(const Flow& end);
  // Nothing where the other end is not on this host, or was not seen yet.
  const Flow* OtherOf(const wire::flow& flow) const;

 private:
  const Flow* OtherOfTcp(const wire::flow& flow) const;
  const Flow* OtherOfUdp(const wire::flow& flow) const;
  const Flow* OtherOfUnix(const wire::flow& flow) const;

  std::unordered_map<std::string, const Flow*> by_tuple_;              // TCP: net, local, remote
  std::unordered_map<std::string, std::vector<const Flow*>> by_port_;  // UDP: net, local port
  std::unordered_map<std::uint64_t, std::vector<const Flow*>> by_socket_;  // unix
};

}  // namespace ethogram::ebpf
