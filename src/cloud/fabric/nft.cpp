#include "cloud/fabric/nft.h"

#include <nftables/libnftables.h>

namespace cloud::fabric {
namespace {

// libnftables quotes the script below its message; the first line says what is wrong.
base::Error refusal(nft_ctx* nft) {
  const char* text = nft_ctx_get_error_buffer(nft);
  const std::string message = text == nullptr ? "" : text;
  return {base::Kind::Io, "nftables refused a change: " + message.substr(0, message.find('\n')),
          "the kernel needs nf_tables with bridge and inet families, conntrack and br_netfilter"};
}

}  // namespace

void Nft::Closer::operator()(void* nft) const {
  nft_ctx_free(static_cast<nft_ctx*>(nft));
}

base::Result<Nft> Nft::open() {
  nft_ctx* nft = nft_ctx_new(NFT_CTX_DEFAULT);
  if (nft == nullptr) return base::fail(base::Kind::Io, "cannot open nftables");
  nft_ctx_buffer_output(nft);
  nft_ctx_buffer_error(nft);
  return Nft(nft);
}

base::Result<> Nft::run(const std::string& script) {
  if (script.empty()) return {};
  nft_ctx* nft = static_cast<nft_ctx*>(context_.get());
  nft_ctx_output_set_flags(nft, 0);
  if (nft_run_cmd_from_buffer(nft, script.c_str()) != 0) return std::unexpected(refusal(nft));
  return {};
}

base::Result<std::string> Nft::list(const std::string& command) {
  nft_ctx* nft = static_cast<nft_ctx*>(context_.get());
  nft_ctx_output_set_flags(nft, NFT_CTX_OUTPUT_JSON | NFT_CTX_OUTPUT_NUMERIC_ALL);
  if (nft_run_cmd_from_buffer(nft, command.c_str()) != 0) return std::unexpected(refusal(nft));
  return std::string(nft_ctx_get_output_buffer(nft));
}

}  // namespace cloud::fabric
