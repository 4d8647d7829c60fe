// SPDX-License-Identifier: GPL-2.0-or-later
#include "channel/virtual/d_channel_relay.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace branchline {
namespace {

constexpr std::size_t kLongestFrame = 1024;  // N201 is 260 octets; nonsense may be longer.
constexpr std::int64_t kNsInMs = 1'000'000;

// TEI management (Q.921 §5.3): a UI frame of SAPI 63 and the group's TEI with this management entity, reference number, type and action indicator.
constexpr std::size_t kManagementOctets = 8;
constexpr std::size_t kManagementType = 6;
constexpr std::uint8_t kFromNetwork = 0xFE;
constexpr std::uint8_t kGroupTei = 0xFF;
constexpr std::uint8_t kUi = 0x03;
constexpr std::uint8_t kManagementEntity = 0x0F;
constexpr std::uint8_t kIdentityRequest = 1;
constexpr std::uint8_t kIdentityDenied = 3;
constexpr std::uint8_t kIdentityRemove = 6;
constexpr std::uint8_t kAllTeis = 0xFF;

bool isIdentityRequest(const std::vector<std::uint8_t>& frame) {
  return frame.size() >= kManagementOctets && frame[0] >> 2 == kFromNetwork >> 2 && frame[1] == kGroupTei && frame[2] == kUi &&
         frame[3] == kManagementEntity && frame[kManagementType] == kIdentityRequest;
}

bool makePair(std::array<int, 2>& ends) { return socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends.data()) == 0; }

void shut(int& descriptor) {
  if (descriptor >= 0) close(descriptor);
  descriptor = -1;
}

}  // namespace

DChannelRelay::DChannelRelay(std::uint64_t seed) : random_(static_cast<std::minstd_rand::result_type>(seed)) {
  std::array<int, 2> ends{};
  if (!makePair(ends)) throw std::system_error(errno, std::generic_category(), "no socket pair for a D channel");
  far_ = ends[0];
  farEnd_ = ends[1];
}

DChannelRelay::~DChannelRelay() {
  shut(near_);
  shut(far_);
  shut(farEnd_);
}

int DChannelRelay::openNear() {
  std::array<int, 2> ends{};
  if (!makePair(ends)) return -1;
  const std::lock_guard lock(mutex_);
  shut(near_);
  near_ = ends[0];
  return ends[1];
}

void DChannelRelay::setFaults(const DChannelFaults& faults) {
  const std::lock_guard lock(mutex_);
  if (faults.refuseTei && !faults_.refuseTei) deliver(false, {kFromNetwork, kGroupTei, kUi, kManagementEntity, 0, 0, kIdentityRemove, kAllTeis});
  faults_ = faults;
}

// Lost, or answered here in the exchange's place.
bool DChannelRelay::isKept(const std::vector<std::uint8_t>& frame, bool toFar) {
  if (faults_.cut || alarm_ || (faults_.loss > 0 && std::uniform_real_distribution<>()(random_) < faults_.loss)) return true;
  if (!faults_.refuseTei || !toFar || !isIdentityRequest(frame)) return false;
  std::vector<std::uint8_t> denied = frame;
  denied[0] = kFromNetwork;
  denied[kManagementType] = kIdentityDenied;
  deliver(false, denied);
  return true;
}

unsigned DChannelRelay::carry(std::int64_t nowNs) {
  const std::lock_guard lock(mutex_);
  unsigned moved = take(true, nowNs) + take(false, nowNs);
  for (; !late_.empty() && late_.front().dueNs <= nowNs; late_.pop_front(), moved++) deliver(late_.front().toFar, late_.front().frame);
  return moved;
}

unsigned DChannelRelay::take(bool toFar, std::int64_t nowNs) {
  int& from = toFar ? near_ : far_;
  unsigned taken = 0;
  std::vector<std::uint8_t> frame(kLongestFrame);
  while (from >= 0) {
    const ssize_t size = recv(from, frame.data(), frame.size(), MSG_DONTWAIT);
    if (size == 0) shut(from);  // Its other end is closed: our isdnd's stack is gone.
    if (size <= 0) break;
    taken++;
    const std::vector<std::uint8_t> whole(frame.begin(), frame.begin() + size);
    if (isKept(whole, toFar)) continue;
    if (faults_.delayMs > 0 || !late_.empty())  // In order, also behind frames that were delayed by more.
      late_.push_back({std::max(nowNs + faults_.delayMs * kNsInMs, late_.empty() ? 0 : late_.back().dueNs), toFar, whole});
    else
      deliver(toFar, whole);
  }
  return taken;
}

// A frame that the other side does not take is a lost frame: layer 2 repeats it.
void DChannelRelay::deliver(bool toFar, const std::vector<std::uint8_t>& frame) const {
  const int to = toFar ? far_ : near_;
  if (to >= 0) (void)send(to, frame.data(), frame.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
}

std::array<int, 2> DChannelRelay::waitedFor() const {
  const std::lock_guard lock(mutex_);
  return {near_, far_};
}

std::int64_t DChannelRelay::nextDueNs() const {
  const std::lock_guard lock(mutex_);
  return late_.empty() ? 0 : late_.front().dueNs;
}

}  // namespace branchline
