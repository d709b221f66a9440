// TLS for the client's connections. Internal to this module: it shows Asio's types.
#pragma once

#include <boost/asio/ssl.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <memory>
#include <string>

#include "base/error.h"
#include "io/task.h"

namespace http {

struct TlsStream {
  TlsStream(boost::beast::tcp_stream under, boost::asio::ssl::context& context)
      : stream(std::move(under), context) {}
  boost::asio::ssl::stream<boost::beast::tcp_stream> stream;
};

class TlsContext {
 public:
  // The system's certificates, or only those given.
  static base::Result<std::unique_ptr<TlsContext>> make(const std::string& ca_file,
                                                        const std::string& ca_pem,
                                                        bool verify_peer);
  // Kind::Denied when the certificate is not trusted or names another host.
  io::Task<base::Result<std::unique_ptr<TlsStream>>> handshake(boost::beast::tcp_stream plain,
                                                               std::string host);

 private:
  explicit TlsContext(bool verify_peer) : verify_peer_(verify_peer) {}
  boost::asio::ssl::context context_{boost::asio::ssl::context::tls_client};
  bool verify_peer_;
};

}  // namespace http
