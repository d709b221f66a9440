#include "http/tls.h"

#include <fmt/format.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>
#include <filesystem>

#include "base/text.h"

namespace http {
namespace {

namespace asio = boost::asio;
namespace ssl = asio::ssl;
using base::Kind;
using ErrorCode = boost::system::error_code;

// OpenSSL knows Debian's place, where it reads only the certificate it looks for; other
// distributions keep all of them in one file.
void trust_system(ssl::context& context) {
  ErrorCode ignored;
  context.set_default_verify_paths(ignored);
  if (std::filesystem::exists(X509_get_default_cert_dir(), ignored)) return;
  for (const char* file : {"/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/ca-bundle.pem",
                           "/etc/ssl/cert.pem", "/etc/ssl/certs/ca-certificates.crt"})
    if (std::filesystem::exists(file, ignored)) {
      context.load_verify_file(file, ignored);
      return;
    }
}

bool is_address(const std::string& host) {
  ErrorCode error;
  asio::ip::make_address(host, error);
  return !error;
}

}  // namespace

base::Result<std::unique_ptr<TlsContext>> TlsContext::make(const std::string& ca_file,
                                                           const std::string& ca_pem,
                                                           bool verify_peer) {
  std::unique_ptr<TlsContext> made(new TlsContext(verify_peer));
  ssl::context& context = made->context_;
  context.set_options(ssl::context::default_workarounds | ssl::context::no_sslv2 |
                      ssl::context::no_sslv3 | ssl::context::no_tlsv1 | ssl::context::no_tlsv1_1);
  context.set_verify_mode(verify_peer ? ssl::verify_peer : ssl::verify_none);
  if (!verify_peer) return made;
  ErrorCode error;
  if (!ca_file.empty()) context.load_verify_file(ca_file, error);
  if (error)
    return base::fail(Kind::Invalid,
                      fmt::format("cannot read the CA certificates in {}: {}", ca_file,
                                  base::to_lower(error.message())),
                      "it must be a PEM file");
  if (!ca_pem.empty()) context.add_certificate_authority(asio::buffer(ca_pem), error);
  if (error) return base::fail(Kind::Invalid, "the CA certificate given is not in PEM form");
  if (ca_file.empty() && ca_pem.empty()) trust_system(context);
  return made;
}

io::Task<base::Result<std::unique_ptr<TlsStream>>> TlsContext::handshake(
    boost::beast::tcp_stream plain, std::string host) {
  auto secured = std::make_unique<TlsStream>(std::move(plain), context_);
  auto& stream = secured->stream;
  if (!is_address(host)) SSL_set_tlsext_host_name(stream.native_handle(), host.c_str());
  if (verify_peer_) stream.set_verify_callback(ssl::host_name_verification(host));
  const auto [error] = co_await stream.async_handshake(ssl::stream_base::client,
                                                       asio::as_tuple(asio::use_awaitable));
  if (!error) co_return secured;
  const long verdict = SSL_get_verify_result(stream.native_handle());
  if (verify_peer_ && verdict != X509_V_OK)
    co_return base::fail(
        Kind::Denied,
        fmt::format("the certificate of {} is not trusted: {}", host,
                    base::to_lower(X509_verify_cert_error_string(verdict))),
        "give the authority's certificate as ca_cert, or use a name that the certificate has");
  co_return base::fail(Kind::Unavailable,
                       fmt::format("no TLS with {}: {}", host, base::to_lower(error.message())));
}

}  // namespace http
