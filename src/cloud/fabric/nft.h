// The kernel's packet filter through libnftables; the only wrapper of it. Belongs to the network
// namespace of its thread.
#pragma once

#include <memory>
#include <string>

#include "base/error.h"

namespace cloud::fabric {

class Nft {
 public:
  static base::Result<Nft> open();

  // The whole script as one transaction: all of it takes effect, or nothing.
  base::Result<> run(const std::string& script);
  // What a "list …" command prints, as JSON text.
  base::Result<std::string> list(const std::string& command);

 private:
  struct Closer {
    void operator()(void* context) const;
  };
  explicit Nft(void* context) : context_(context) {}
  std::unique_ptr<void, Closer> context_;
};

}  // namespace cloud::fabric
