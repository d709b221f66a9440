#include "cloud/api/envelope.h"

#include <fmt/format.h>

#include <string>

#include "cloud/api/cloud.h"

namespace cloud::api {

namespace {

std::string_view nova_name(int status) {
  switch (status) {
    case 400:
      return "badRequest";
    case 401:
      return "unauthorized";
    case 403:
      return "forbidden";
    case 404:
      return "itemNotFound";
    case 405:
      return "badMethod";
    case 406:
      return "notAcceptable";
    case 409:
      return "conflictingRequest";
    case 413:
      return "overLimit";
    case 415:
      return "badMediaType";
    case 429:
      return "overLimit";
    case 501:
      return "notImplemented";
    case 503:
      return "serviceUnavailable";
    default:
      return "computeFault";
  }
}

// Keystone, and for 401 the middleware in front of every other service.
json::Value keystone_error(const model::Refusal& refusal) {
  return json::Object{{"error", json::Object{{"code", refusal.status},
                                             {"title", http::reason_phrase(refusal.status)},
                                             {"message", refusal.message}}}};
}

json::Value document_for(Service service, const model::Refusal& refusal) {
  if (refusal.status == 401) return keystone_error(refusal);
  switch (service) {
    case Service::Network:
      return json::Object{
          {"NeutronError",
           json::Object{{"type", refusal.type}, {"message", refusal.message}, {"detail", ""}}}};
    case Service::Compute:
    case Service::Volume:
      return json::Object{{std::string(nova_name(refusal.status)),
                           json::Object{{"code", refusal.status}, {"message", refusal.message}}}};
    case Service::Image:
      return json::Object{
          {"message", refusal.message},
          {"code", fmt::format("{} {}", refusal.status, http::reason_phrase(refusal.status))},
          {"title", http::reason_phrase(refusal.status)}};
    case Service::Root:
    case Service::Identity:
    case Service::Operator:
      break;
  }
  return keystone_error(refusal);
}

}  // namespace

http::Response error_reply(Service service, const model::Refusal& refusal) {
  return reply(refusal.status, document_for(service, refusal));
}

}  // namespace cloud::api
