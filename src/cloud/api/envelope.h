// Errors in the form that each service gives them.
#pragma once

#include "cloud/model/refusal.h"
#include "http/message.h"

namespace cloud::api {

enum class Service { Root, Identity, Network, Compute, Image, Volume, Operator };

http::Response error_reply(Service service, const model::Refusal& refusal);

}  // namespace cloud::api
