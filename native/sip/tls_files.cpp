// SPDX-License-Identifier: GPL-3.0-or-later
#include "sip/tls_files.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <array>
#include <memory>
#include <stdexcept>

namespace branchline {
namespace {

[[noreturn]] void refuse(const std::string& what) {
  std::array<char, 256> reason{};
  ERR_error_string_n(ERR_get_error(), reason.data(), reason.size());
  ERR_clear_error();
  throw std::runtime_error("SIP over TLS can't start: " + what + " (" + reason.data() + ")");
}

}  // namespace

void checkTlsFiles(const SipTlsOptions& options) {
  const std::unique_ptr<SSL_CTX, void (*)(SSL_CTX*)> context(SSL_CTX_new(TLS_method()), &SSL_CTX_free);
  if (!context) refuse("OpenSSL has no memory");
  if (SSL_CTX_use_certificate_chain_file(context.get(), options.certificateFile.c_str()) != 1) {
    refuse("the certificate file " + options.certificateFile + " can't be read as PEM");
  }
  // Of a key that belongs to another certificate this says so too.
  if (SSL_CTX_use_PrivateKey_file(context.get(), options.keyFile.c_str(), SSL_FILETYPE_PEM) != 1) {
    refuse("the key file " + options.keyFile + " can't be read as PEM, or is not the key of " + options.certificateFile);
  }
  if (options.caFile && SSL_CTX_load_verify_locations(context.get(), options.caFile->c_str(), nullptr) != 1) {
    refuse("the CA file " + *options.caFile + " can't be read as PEM");
  }
}

}  // namespace branchline
