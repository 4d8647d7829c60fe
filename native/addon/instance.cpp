// SPDX-License-Identifier: GPL-3.0-or-later
#include "addon/instance.hpp"

#include <exception>
#include <utility>

#include "addon/environment.hpp"
#include "addon/values.hpp"

namespace branchline {

namespace {

/// Stops an instance on a thread of libuv's pool, then settles close()'s promise.
class CloseWorker final : public Napi::AsyncWorker {
 public:
  CloseWorker(Napi::Env env, std::shared_ptr<Instance> instance)
      : Napi::AsyncWorker(env),
        instance_(std::move(instance)),
        deferred_(Napi::Promise::Deferred::New(env)) {}
  [[nodiscard]] Napi::Promise promise() const { return deferred_.Promise(); }

 protected:
  void Execute() override { instance_->stop(); }
  void OnOK() override {
    deferred_.Resolve(Env().Undefined());  // Its continuations run after the last events were delivered.
    instance_->deliverLast(Env());
  }
  void OnError(const Napi::Error& error) override {
    deferred_.Reject(error.Value());
    instance_->deliverLast(Env());
  }

 private:
  std::shared_ptr<Instance> instance_;
  Napi::Promise::Deferred deferred_;
};

Napi::Value answerWhenClosed(Napi::Env env, WhenClosed whenClosed) {
  switch (whenClosed) {
    case WhenClosed::unavailable: return statusValue(env, Status::unavailable);
    case WhenClosed::noHandle: return createdValue(env, Status::unavailable, kNoHandle);
    case WhenClosed::throws: break;
  }
  throw Napi::Error::New(env, "the native engine is closed");
}

}  // namespace

// --- Environment -------------------------------------------------------------------------------------------------------------------------

Environment::~Environment() {
  for (const auto& each : instances_) {
    const auto instance = each.lock();
    if (instance != nullptr) instance->stopQuietly();
  }
}

void Environment::add(const std::shared_ptr<Instance>& instance) {
  std::erase_if(instances_, [](const auto& each) { return each.expired(); });
  instances_.push_back(instance);
}

// --- Instance ----------------------------------------------------------------------------------------------------------------------------

Napi::Object Instance::create(Napi::Env env, EngineOptions options, Napi::Function onEvents) {
  const std::shared_ptr<Instance> instance(new Instance(env, options, onEvents));
  env.GetInstanceData<Environment>()->add(instance);
  Napi::Object target = Napi::Object::New(env);
  bindEngine(target, *instance);
  bindSip(target, *instance);
  bindCard(target, *instance);
  const auto close = [instance](const Napi::CallbackInfo& info) { return instance->close(info.Env()); };
  target.Set("close", Napi::Function::New(env, close, "close"));
  return target;
}

Instance::Instance(Napi::Env env, EngineOptions options, Napi::Function onEvents)
    : delivery_(Delivery::create(env, onEvents)),
      engine_(std::make_unique<Engine>(options, delivery_->sink())) {
  if (!options.stepped) waker_ = std::make_unique<Waker>(*engine_);
}

Instance::~Instance() {
  stopQuietly();
  delivery_->release();
}

void Instance::define(Napi::Object& target, const char* name, WhenClosed whenClosed, Method body) {
  const auto method = [instance = shared_from_this(), whenClosed, body = std::move(body)](const Napi::CallbackInfo& info) -> Napi::Value {
    if (instance->closing_) return answerWhenClosed(info.Env(), whenClosed);
    try {
      return body(info);
    } catch (const Napi::Error&) {
      throw;
    } catch (const std::exception& error) {
      throw Napi::Error::New(info.Env(), error.what());
    }
  };
  target.Set(name, Napi::Function::New(target.Env(), method, name));
}

void Instance::onClose(std::function<void()> stop) { stops_.push_back(std::move(stop)); }

Napi::Value Instance::close(Napi::Env env) {
  if (beginClose()) {
    auto* worker = new CloseWorker(env, shared_from_this());
    closed_ = Napi::Persistent(worker->promise().As<Napi::Object>());
    worker->Queue();
  }
  return closed_.Value();
}

void Instance::stop() {
  std::exception_ptr failure;
  for (; !stops_.empty(); stops_.pop_back()) {
    try {
      stops_.back()();
    } catch (...) {
      failure = std::current_exception();  // The others are stopped all the same.
    }
  }
  waker_.reset();
  engine_.reset();
  if (failure != nullptr) std::rethrow_exception(failure);
}

void Instance::stopQuietly() noexcept {
  if (!beginClose()) return;
  try {
    stop();
  } catch (...) {  // NOLINT(bugprone-empty-catch): nobody is left to be told.
  }
}

void Instance::deliverLast(Napi::Env env) {
  try {
    delivery_->deliverNow(env);
  } catch (...) {
    delivery_->release();  // Else the event loop would be kept alive for ever.
    throw;
  }
  delivery_->release();
}

}  // namespace branchline
