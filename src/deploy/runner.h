// One run of a plan: the order of the calls, what is saved when, and what a failure leaves.
#pragma once

#include <atomic>
#include <mutex>
#include <optional>
#include <span>
#include <string>

#include "deploy/deploy.h"

namespace deploy {

// create_stemcell for a light stemcell: there is no image to send.
CpiCall stemcell_call(const bosh::UploadedStemcell& stemcell);

class Runner {
 public:
  Runner(const bosh::Plan& plan, StateFile& file, const Options& options, const OnEvent& on_event);
  base::Result<> run();

 private:
  using Result = base::Result<>;
  Result upload_stemcell();
  Result step(const bosh::Step& step);
  Result remove(const bosh::Step& step);
  Result create(const bosh::Instance& instance);
  Result create_vm(const bosh::Instance& instance, const bosh::UploadedStemcell& stemcell);
  Result introduce(const bosh::Instance& instance, const std::string& vm_cid);
  // Deletes a VM that was created but cannot be used; the error is the reason that comes back.
  Result give_up(const bosh::Instance& instance, const std::string& vm_cid, base::Error reason);
  std::optional<bosh::UploadedStemcell> stemcell_of(const bosh::Instance& instance);

  // All of them, several at a time; the first error is remembered and stops the others from
  // beginning.
  void together(std::span<const bosh::Step> steps, std::size_t parallel);
  bool must_stop();

  std::expected<json::Value, CpiError> call(const std::string& subject, const CpiCall& call);
  void tell(const Event& event);
  // Changes the state and saves it, while no other thread does.
  template <typename Change>
  Result update(Change change);

  const bosh::Plan& plan_;
  StateFile& file_;
  const Options& options_;
  const OnEvent& on_event_;
  Cpi cpi_;
  std::mutex mutex_;  // for the state, the events and the error
  std::optional<base::Error> error_;
};

}  // namespace deploy
