// SPDX-License-Identifier: GPL-3.0-or-later
#include "sip/sip_stack.hpp"

#include <openssl/crypto.h>
#include <pjsua.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "sip/calls.hpp"
#include "sip/control_thread.hpp"
#include "sip/message_hooks.hpp"
#include "sip/name_table.hpp"
#include "sip/pj.hpp"
#include "sip/pjsua_instance.hpp"
#include "sip/sdp_offer.hpp"
#include "sip/trunks.hpp"

namespace branchline {
namespace {

constexpr std::chrono::milliseconds kGoodbyeTime{1500};  // For answers to BYE and CANCEL before pjsua is stopped.

}  // namespace

class SipStack::Impl final : public MessageListener {
 public:
  Impl(SipStack& owner, Engine& engine, EventSink& sink, SipOptions options)
      : options_(std::move(options)),
        context_{engine, sink, control_, options_, names_},
        trunks_(context_, [this](Handle trunk) { return calls_.anyOver(trunk); }),
        calls_(context_, owner, trunks_) {
    control_.run([this] { start(); });
  }
  ~Impl() override { close(); }

  void close();
  [[nodiscard]] SipPorts ports() const noexcept { return ports_; }
  [[nodiscard]] bool isOpen() const noexcept { return open_; }
  Trunks& trunks() noexcept { return trunks_; }
  Calls& calls() noexcept { return calls_; }
  PjsuaInstance& instance() noexcept { return *instance_; }

  void inviteLeaving() override { calls_.inviteLeaving(); }
  bool mayTakeCall() override {
    // pjsua itself would answer 486, busy, where calls that have ended hold its last place.
    return open_ && calls_.count() < static_cast<std::size_t>(options_.maxCalls) && pjsua_call_get_count() < pjsua_call_get_max_count();
  }
  void cancelArrived(Handle leg, std::string_view reason) override { calls_.cancelArrived(leg, reason); }
  void infoDigit(Handle leg, char digit, int durationMs) override { calls_.infoDigit(leg, digit, durationMs); }
  bool referArrived(Handle leg, std::string referTo) override { return calls_.referArrived(leg, std::move(referTo)); }
  void nameHeard(std::string_view name, std::string_view address, int port) override { names_.learn(name, {std::string(address), port}); }
  bool addressOf(std::string_view name, std::string& address, int& port) override {
    const auto target = names_.find(name);
    if (!target) return false;
    address = target->address;
    port = target->port;
    return true;
  }

 private:
  void start();
  void stop();
  static pjsua_callback callbacks();

  SipOptions options_;
  NameTable names_;
  ControlThread control_;
  SipContext context_;
  Trunks trunks_;
  Calls calls_;
  std::unique_ptr<PjsuaInstance> instance_;  // Control thread.
  SipPorts ports_;
  std::atomic<bool> open_{false};

  // pjsua's callbacks have no context. Set while pjsua runs; one stack a process does.
  static std::atomic<Impl*> running_;
};

std::atomic<SipStack::Impl*> SipStack::Impl::running_{nullptr};

pjsua_callback SipStack::Impl::callbacks() {
  pjsua_callback result{};
  result.on_incoming_call = [](pjsua_acc_id account, pjsua_call_id id, pjsip_rx_data* request) {
    running_.load()->calls_.incoming(account, id, request);
  };
  result.on_call_state = [](pjsua_call_id id, pjsip_event* event) { running_.load()->calls_.stateChanged(id, event); };
  result.on_call_tsx_state = [](pjsua_call_id id, pjsip_transaction* transaction, pjsip_event* event) {
    running_.load()->calls_.transactionChanged(id, transaction, event);
  };
  result.on_call_media_state = [](pjsua_call_id id) { running_.load()->calls_.mediaChanged(id); };
  result.on_call_sdp_created = [](pjsua_call_id, pjmedia_sdp_session* sdp, pj_pool_t* pool, const pjmedia_sdp_session* remote) {
    if (remote == nullptr) numberTelephoneEvents(pool, *sdp);
  };
  result.on_stream_created2 = [](pjsua_call_id id, pjsua_on_stream_created_param* parameters) {
    running_.load()->calls_.streamCreated(id, parameters);
  };
  result.on_dtmf_event = [](pjsua_call_id id, const pjsua_dtmf_event* event) { running_.load()->calls_.telephoneEvent(id, *event); };
  result.on_reg_state2 = [](pjsua_acc_id account, pjsua_reg_info* info) { running_.load()->trunks_.registrationChanged(account, *info); };
  result.on_acc_find_for_incoming = [](const pjsip_rx_data* request, pjsua_acc_id* account) {
    Impl& self = *running_.load();
    const std::shared_ptr<Trunk> trunk = self.trunks_.ofSource(*request);
    *account = trunk ? trunk->account.load() : self.instance_->strangers();
  };
  return result;
}

void SipStack::Impl::start() {
  struct Guard {
    ~Guard() {
      if (!kept) running_ = nullptr;
    }
    bool kept = false;
  } guard;
  Impl* none = nullptr;
  if (!running_.compare_exchange_strong(none, this)) {
    guard.kept = true;
    throw std::runtime_error("SIP can't start: another engine of this process runs SIP already. Close that engine first");
  }
  instance_ = std::make_unique<PjsuaInstance>(options_, callbacks(), *this);
  ports_ = instance_->ports();
  open_ = true;
  guard.kept = true;
}

void SipStack::Impl::stop() {
  if (!instance_) return;
  open_ = false;
  trunks_.stop();
  calls_.clearAll();
  const auto patience = std::chrono::steady_clock::now() + kGoodbyeTime;
  while (pjsua_call_get_count() > 0 && std::chrono::steady_clock::now() < patience) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  instance_.reset();
  calls_.endAll("the SIP stack was stopped");
  running_ = nullptr;
}

void SipStack::Impl::close() {
  control_.run([this] { stop(); });
  control_.close();
}

SipStack::SipStack(Engine& engine, EventSink& sink, SipOptions options) : impl_(std::make_unique<Impl>(*this, engine, sink, std::move(options))) {}
SipStack::~SipStack() = default;

SipPorts SipStack::ports() const noexcept { return impl_->ports(); }

Engine::Created SipStack::addTrunk(SipTrunkOptions options) {
  if (!impl_->isOpen()) return {Status::unavailable, kNoHandle};
  return impl_->trunks().add(std::move(options), impl_->instance());
}

Status SipStack::removeTrunk(Handle trunk) { return impl_->trunks().remove(trunk); }

Engine::Created SipStack::dial(Handle handle, SipDialOptions options) {
  if (!impl_->isOpen()) return {Status::unavailable, kNoHandle};
  const std::shared_ptr<Trunk> trunk = impl_->trunks().find(handle);
  if (!trunk || trunk->removed) return {Status::staleHandle, kNoHandle};
  return impl_->calls().dial(trunk, std::move(options));
}

Status SipStack::ring(Handle leg, bool earlyMedia) { return impl_->calls().ring(leg, earlyMedia); }
Status SipStack::answer(Handle leg) { return impl_->calls().answer(leg); }
Status SipStack::clear(Handle leg, ClearRequest request) { return impl_->calls().clear(leg, request); }
Status SipStack::sendDigits(Handle leg, std::string_view digits, int onMs, int offMs, DigitMethod method) {
  return impl_->calls().sendDigits(leg, digits, onMs, offMs, method);
}

void SipStack::close() { impl_->close(); }

std::map<std::string, std::string> sipLibraryVersions() {
  return {{"pjsip", pj_get_version()}, {"openssl", OpenSSL_version(OPENSSL_VERSION_STRING)}};
}

}  // namespace branchline
