// Records as JSON documents and back, for the store. This is not what the API shows: a record holds
// all of a resource, its secrets too.
#pragma once

#include "base/error.h"
#include "cloud/model/records.h"
#include "json/value.h"

namespace cloud::model {

// For the records of records.h that State has a table of.
template <typename Record>
json::Value to_json(const Record& record);

// A member that is absent keeps its default, so that a newer program reads an older state.
template <typename Record>
base::Result<Record> from_json(const json::Value& document);

}  // namespace cloud::model
