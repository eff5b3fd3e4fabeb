// Values as people read them, without secrets.
#pragma once

#include <socketio/core/value.hpp>
#include <socketio/testing/decl.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace socketio::testing {

// Names of members, of a query and of headers whose values are not shown. A name is secret if it contains one of these,
// in any case.
using secret_names = std::vector<std::string>;
inline secret_names default_secret_names()
{
    return {"auth", "cookie", "key", "pass", "secret", "session", "token"};
}

} // namespace socketio::testing

namespace socketio::detail {

SOCKETIO_TESTING_DECL bool is_secret(std::string_view name, testing::secret_names const& secrets);

// JSON, but binary data as <3 bytes>, secrets as "***", and the middle of what is too long as "...".
SOCKETIO_TESTING_DECL std::string describe(value const& of, testing::secret_names const& secrets = {});
// The same for the elements of an array: 1, "two". Of a value that is no array, the value.
SOCKETIO_TESTING_DECL std::string describe_arguments(value const& of, testing::secret_names const& secrets = {});
// "/socket.io/?EIO=4&token=***"
SOCKETIO_TESTING_DECL std::string describe_target(std::string_view target, testing::secret_names const& secrets);

} // namespace socketio::detail

#if defined(SOCKETIO_TESTING_HEADER_ONLY)
#include <socketio/testing/impl/describe.ipp>
#endif
