// SPDX-License-Identifier: GPL-3.0-or-later
#include "sip/stream_sentinel.hpp"

#include <pjsua.h>

#include "sip/pj.hpp"

namespace branchline {
namespace {

struct Sentinel {
  pjmedia_port port;  // First: PJMEDIA hands us this.
  pj_pool_t* pool;
  std::shared_ptr<SipCall>* call;
  const RtpStream* stream;
};

pj_status_t onGet(pjmedia_port*, pjmedia_frame* frame) {
  frame->type = PJMEDIA_FRAME_TYPE_NONE;
  return PJ_SUCCESS;
}

pj_status_t onPut(pjmedia_port*, pjmedia_frame*) { return PJ_SUCCESS; }

pj_status_t onDestroy(pjmedia_port* port) {
  auto* const sentinel = reinterpret_cast<Sentinel*>(port);
  (*sentinel->call)->audio.dropStream(sentinel->stream);
  delete sentinel->call;
  pj_pool_release(sentinel->pool);
  return PJ_SUCCESS;
}

}  // namespace

pjmedia_port* makeStreamSentinel(std::shared_ptr<SipCall> call, const RtpStream* stream) {
  pj_pool_t* const pool = pjsua_pool_create("sentinel", 512, 512);
  if (pool == nullptr) return nullptr;
  auto* const sentinel = static_cast<Sentinel*>(pj_pool_zalloc(pool, sizeof(Sentinel)));
  sentinel->pool = pool;
  sentinel->call = new std::shared_ptr<SipCall>(std::move(call));
  sentinel->stream = stream;
  const pj_str_t name = pjText("sentinel");
  pjmedia_port_info_init(&sentinel->port.info, &name, PJMEDIA_SIGNATURE('B', 'L', 'S', 'E'), kSampleRate, 1, 16, kFrameSamples);
  sentinel->port.get_frame = &onGet;
  sentinel->port.put_frame = &onPut;
  sentinel->port.on_destroy = &onDestroy;
  // Its own lock and reference: pjsua's destroy drops ours, the bridge's removal drops the bridge's.
  pjmedia_port_init_grp_lock(&sentinel->port, pool, nullptr);
  return &sentinel->port;
}

}  // namespace branchline
