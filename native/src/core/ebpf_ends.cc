#include "ebpf_ends.h"

#include <arpa/inet.h>
#include <string.h>

namespace ethogram::ebpf {

namespace {

std::string Address(const std::uint8_t (&address)[16], std::uint32_t port) {
  return std::string(reinterpret_cast<const char*>(address), 16) + std::to_string(port);
}

bool IsAny(const std::uint8_t (&address)[16]) {
  static const std::uint8_t none[16] = {};
  static const std::uint8_t any4[16] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 0, 0};
  return memcmp(address, none, 16) == 0 || memcmp(address, any4, 16) == 0;
}

bool IsMapped(const std::uint8_t (&address)[16]) {
  static const std::uint8_t prefix[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  return memcmp(address, prefix, 12) == 0;
}

std::string Tuple(std::uint32_t net, const std::string& here, const std::string& there) {
  return std::to_string(net) + here + there;
}

bool IsLoopback(const wire::flow& flow) {
  if (IsMapped(flow.remote)) return flow.remote[12] == 127;
  for (int at = 0; at < 15; at++) {
    if (flow.remote[at] != 0) return false;
  }
  return flow.remote[15] == 1;
}

// Whether each of the two sent to where the other may be reached: enough to join sockets that are
// bound to every address in two network namespaces.
bool Answer(const wire::flow& one, const wire::flow& other) {
  const auto reaches = [](const wire::flow& from, const wire::flow& to) {
    return from.remote_port == to.local_port &&
           (memcmp(from.remote, to.local, 16) == 0 || IsAny(to.local));
  };
  return reaches(one, other) && reaches(other, one);
}

}  // namespace

std::string RemoteEndpoint(const std::uint8_t (&address)[16], std::uint32_t port) {
  char text[INET6_ADDRSTRLEN] = "";
  std::uint8_t prefix[16];
  memcpy(prefix, address, 16);
  int bits = 64;
  if (IsMapped(address)) {
    bits = address[12] == 127 ? 8 : 24;
    for (int at = 12 + bits / 8; at < 16; at++) prefix[at] = 0;
    inet_ntop(AF_INET, &prefix[12], text, sizeof(text));
  } else {
    static const std::uint8_t loopback[16] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
    if (memcmp(address, loopback, 16) == 0) {
      bits = 128;
    } else {
      for (int at = 8; at < 16; at++) prefix[at] = 0;
    }
    inet_ntop(AF_INET6, prefix, text, sizeof(text));
  }
  return "remote:" + std::string(text) + "/" + std::to_string(bits) + ":" + std::to_string(port);
}

void Ends::Add(const Flow& end) {
  const wire::flow& flow = end.second;
  if (flow.kind == wire::FLOW_TCP) {
    const std::string here = Address(flow.local, flow.local_port);
    const std::string there = Address(flow.remote, flow.remote_port);
    by_tuple_[Tuple(flow.net, here, there)] = &end;
    // Between two network namespaces without translation the addresses still mirror.
    by_tuple_.emplace(Tuple(0, here, there), &end);
  } else if (flow.kind == wire::FLOW_UDP) {
    by_port_[Tuple(flow.net, std::to_string(flow.local_port), "")].push_back(&end);
    by_port_[Tuple(0, std::to_string(flow.local_port), "")].push_back(&end);
  } else {
    by_socket_[flow.socket].push_back(&end);
  }
}

const Flow* Ends::OtherOf(const wire::flow& flow) const {
  if (flow.kind == wire::FLOW_TCP) return OtherOfTcp(flow);
  return flow.kind == wire::FLOW_UDP ? OtherOfUdp(flow) : OtherOfUnix(flow);
}

// The kernel gives the address of a socket that was closed to the next one before its flow is over.
// One that talks to somebody else is not meant; of the rest, it is the one that was met last.
const Flow* Ends::OtherOfUnix(const wire::flow& flow) const {
  const auto found = by_socket_.find(flow.peer);
  if (flow.peer == 0 || found == by_socket_.end()) return nullptr;
  const Flow* other = nullptr;
  for (const Flow* end : found->second) {
    if (end->second.peer != 0 && end->second.peer != flow.socket) continue;
    if (other == nullptr || end->second.census >= other->second.census) other = end;
  }
  return other;
}

const Flow* Ends::OtherOfTcp(const wire::flow& flow) const {
  const std::string here = Address(flow.local, flow.local_port);
  const std::string there = Address(flow.remote, flow.remote_port);
  for (const std::uint32_t net : {flow.net, 0u}) {
    if (net == 0 && IsLoopback(flow)) continue;
    const auto other = by_tuple_.find(Tuple(net, there, here));
    if (other != by_tuple_.end() && &other->second->second != &flow) return other->second;
  }
  return nullptr;
}

const Flow* Ends::OtherOfUdp(const wire::flow& flow) const {
  for (const std::uint32_t net : {flow.net, 0u}) {
    if (net == 0 && IsLoopback(flow)) continue;
    const auto found = by_port_.find(Tuple(net, std::to_string(flow.remote_port), ""));
    if (found == by_port_.end()) continue;
    const Flow* any = nullptr;
    std::vector<const Flow*> answers;
    for (const Flow* other : found->second) {
      const wire::flow& end = other->second;
      if (end.socket == flow.socket) continue;
      if (memcmp(end.local, flow.remote, 16) == 0) return other;
      // A socket bound to every address is whom a datagram of its own namespace reaches.
      if (IsAny(end.local) && end.net == flow.net && IsLoopback(flow)) any = other;
      if (!IsLoopback(flow) && Answer(flow, end)) answers.push_back(other);
    }
    if (any != nullptr) return any;
    // Of several nobody knows which one it is.
    if (answers.size() == 1) return answers.front();
  }
  return nullptr;
}

}  // namespace ethogram::ebpf
