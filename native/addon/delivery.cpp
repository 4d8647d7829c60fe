// SPDX-License-Identifier: GPL-3.0-or-later
#include "addon/delivery.hpp"

#include <poll.h>
#include <pthread.h>

#include <utility>

namespace branchline {

namespace {

Napi::Value valueOf(Napi::Env env, const FieldValue& value) {
  struct {
    Napi::Env env;
    Napi::Value operator()(std::int64_t number) const { return Napi::Number::New(env, static_cast<double>(number)); }
    Napi::Value operator()(double number) const { return Napi::Number::New(env, number); }
    Napi::Value operator()(bool truth) const { return Napi::Boolean::New(env, truth); }
    Napi::Value operator()(const std::string& text) const { return Napi::String::New(env, text); }
  } const convert{env};
  return std::visit(convert, value);
}

Napi::Object objectOf(Napi::Env env, const Event& event) {
  constexpr double kNsInMs = 1e6;
  Napi::Object object = Napi::Object::New(env);
  object.Set("type", event.type);
  object.Set("atMs", static_cast<double>(event.atNs) / kNsInMs);
  if (event.subject != kNoHandle) object.Set(event.subjectName, Napi::Number::New(env, event.subject));
  for (const auto& [name, value] : event.fields) object.Set(name, valueOf(env, value));
  return object;
}

Napi::Array arrayOf(Napi::Env env, const std::vector<Event>& events) {
  Napi::Array array = Napi::Array::New(env, events.size());
  for (std::uint32_t i = 0; i < events.size(); i++) {
    const Napi::HandleScope scope(env);
    array.Set(i, objectOf(env, events[i]));
  }
  return array;
}

}  // namespace

std::shared_ptr<Delivery> Delivery::create(Napi::Env env, Napi::Function onEvents) {
  auto delivery = std::make_shared<Delivery>();
  delivery->callback_ = Napi::Persistent(onEvents);
  auto* claim = new std::shared_ptr<Delivery>(delivery);
  const napi_status status = napi_create_threadsafe_function(env, nullptr, nullptr, Napi::String::New(env, "branchline events"), 0, 1, claim,
                                                             onFinalize, claim, onCall, &delivery->function_);
  if (status != napi_ok) {
    delete claim;
    throw Napi::Error::New(env);
  }
  return delivery;
}

void Delivery::post(Event event) {
  const std::lock_guard lock(mutex_);
  if (!open_) return;
  waiting_.push_back(std::move(event));
  if (scheduled_) return;
  // Never blocks: the function's queue is unbounded and holds one call at most.
  scheduled_ = napi_call_threadsafe_function(function_, nullptr, napi_tsfn_nonblocking) == napi_ok;
}

void Delivery::deliverNow(Napi::Env env) {
  std::vector<Event> events;
  {
    const std::lock_guard lock(mutex_);
    events.swap(waiting_);
  }
  if (!events.empty()) callback_.Call({arrayOf(env, events)});
}

void Delivery::release() {
  const std::lock_guard lock(mutex_);
  if (!std::exchange(open_, false)) return;
  waiting_.clear();
  napi_release_threadsafe_function(function_, napi_tsfn_release);
}

void Delivery::onCall(napi_env env, napi_value, void* context, void*) {
  const auto delivery = *static_cast<std::shared_ptr<Delivery>*>(context);
  {
    const std::lock_guard lock(delivery->mutex_);
    delivery->scheduled_ = false;  // Before the callback: what is posted meanwhile, or after it threw, schedules anew.
  }
  if (env == nullptr) return;  // The environment is going: nobody is left to hear.
  const Napi::HandleScope scope(env);
  try {
    delivery->deliverNow(env);
  } catch (const Napi::Error& error) {
    napi_fatal_exception(env, error.Value());  // An uncaughtException, as from any callback; left pending, Node would only warn of it.
  }
}

void Delivery::onFinalize(napi_env, void* data, void*) {
  auto* claim = static_cast<std::shared_ptr<Delivery>*>(data);
  {
    const std::lock_guard lock((*claim)->mutex_);
    (*claim)->open_ = false;
    (*claim)->callback_.Reset();
  }
  delete claim;
}

Waker::Waker(Engine& engine) : engine_(engine), thread_([this] { run(); }) { pthread_setname_np(thread_.native_handle(), "bl-events"); }

Waker::~Waker() {
  stopping_ = true;
  stop_.notify();
  thread_.join();
}

void Waker::run() {
  while (!stopping_) {
    pollfd waited[] = {{engine_.eventFd(), POLLIN, 0}, {stop_.fd(), POLLIN, 0}};
    poll(waited, std::size(waited), -1);
    engine_.drainEvents();
  }
}

}  // namespace branchline
