// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <napi.h>

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "addon/delivery.hpp"
#include "audio/engine.hpp"

namespace branchline {

/// What a method answers once the engine is closed, or closing.
enum class WhenClosed : std::uint8_t {
  throws,       // An Error that says so.
  unavailable,  // Status::unavailable.
  noHandle,     // {status: unavailable, handle: 0}.
};

/// One engine as JavaScript sees it: the audio engine, the line stacks above it, and the way of their events to JavaScript. Lives until it is
/// closed by `close()` or by the end of its environment (process or worker), whichever comes first. No static state: an environment may have
/// several, and the add-on may be loaded by several environments.
class Instance : public std::enable_shared_from_this<Instance> {
 public:
  using Method = std::function<Napi::Value(const Napi::CallbackInfo&)>;

  /// The object `createEngine` answers. JavaScript thread.
  static Napi::Object create(Napi::Env env, EngineOptions options, Napi::Function onEvents);
  ~Instance();
  Instance(const Instance&) = delete;
  Instance& operator=(const Instance&) = delete;

  // --- For bind_*.cpp; JavaScript thread ------------------------------------------------------------------------------------------------
  /// Adds a method to the engine's object. `body` runs only while the instance is open, and may throw Napi::Error or std::exception.
  /// It may capture the instance by reference: the method keeps it alive.
  void define(Napi::Object& target, const char* name, WhenClosed whenClosed, Method body);
  /// `stop` runs once when the instance closes, last added first and before the engine goes, on a thread that may wait: end the stack's legs
  /// (Engine::endLeg), stop its threads, destroy it. No method body runs any more by then.
  void onClose(std::function<void()> stop);
  /// Valid while the instance is open, and inside onClose.
  [[nodiscard]] Engine& engine() noexcept { return *engine_; }
  /// For stacks: outlives the engine.
  [[nodiscard]] EventSink& sink() noexcept { return delivery_->sink(); }
  /// Hands JavaScript's callback, now, what waits for it (a stepped engine's events do not wait for the event loop).
  void deliverNow(Napi::Env env) { delivery_->deliverNow(env); }

  // --- For the end ----------------------------------------------------------------------------------------------------------------------
  /// Refuses methods from now on; true for the first caller.
  bool beginClose() noexcept { return !closing_.exchange(true); }
  /// Stops stacks, engine and threads; waits for them. Any thread that may wait; after beginClose. Throws what a stack's stop threw.
  void stop();
  /// Both, where there is nobody to tell of a failure: the environment ends, or the object was collected.
  void stopQuietly() noexcept;
  /// JavaScript thread, after stop: hands over the last events; none comes after.
  void deliverLast(Napi::Env env);

 private:
  Instance(Napi::Env env, EngineOptions options, Napi::Function onEvents);
  Napi::Value close(Napi::Env env);

  std::shared_ptr<Delivery> delivery_;
  std::unique_ptr<Engine> engine_;
  std::unique_ptr<Waker> waker_;
  std::vector<std::function<void()>> stops_;
  std::atomic<bool> closing_{false};
  Napi::ObjectReference closed_;  // The promise of close(): a second call answers the same one.
};

/// Adds the methods of one part to the engine's object.
void bindEngine(Napi::Object target, Instance& instance);
void bindSip(Napi::Object target, Instance& instance);
void bindCard(Napi::Object target, Instance& instance);

/// Versions of what the SIP part links, for `versions`: {"pjsip": "2.17", "openssl": "3.0.x"}.
std::map<std::string, std::string> sipVersions();

}  // namespace branchline
