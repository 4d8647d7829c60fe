// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <napi.h>

#include <atomic>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "audio/engine.hpp"
#include "common/event.hpp"
#include "common/wake_fd.hpp"

namespace branchline {

/// Carries events to JavaScript: any thread leaves them here, one thread-safe function hands them over in batches, in order.
///
/// Lifetime: the thread-safe function's finalizer holds the last claim of its own on this object, since queued calls still arrive after Release;
/// whoever else holds it may post for ever, to nobody once the function is gone.
class Delivery : public std::enable_shared_from_this<Delivery> {
 public:
  static std::shared_ptr<Delivery> create(Napi::Env env, Napi::Function onEvents);

  [[nodiscard]] EventSink& sink() noexcept { return sink_; }
  /// JavaScript thread. What the callback throws is thrown here.
  void deliverNow(Napi::Env env);
  /// JavaScript thread: nothing is delivered any more, and the event loop is no longer kept alive.
  void release();

 private:
  struct Sink final : EventSink {
    explicit Sink(Delivery& delivery) : delivery_(delivery) {}
    void post(Event event) override { delivery_.post(std::move(event)); }
    Delivery& delivery_;
  };

  void post(Event event);
  static void onCall(napi_env env, napi_value callback, void* context, void* data);
  static void onFinalize(napi_env env, void* data, void* hint);

  Sink sink_{*this};
  std::mutex mutex_;  // Held for a push or a swap, and for the call that schedules.
  std::vector<Event> waiting_;
  bool scheduled_ = false;  // A call of the function is on its way.
  bool open_ = true;        // The function may be called.
  napi_threadsafe_function function_ = nullptr;
  Napi::FunctionReference callback_;
};

/// The thread that moves the audio thread's events to the sink, so that the audio thread only ever writes to an eventfd.
class Waker {
 public:
  explicit Waker(Engine& engine);
  ~Waker();
  Waker(const Waker&) = delete;
  Waker& operator=(const Waker&) = delete;

 private:
  void run();

  Engine& engine_;
  WakeFd stop_;
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace branchline
