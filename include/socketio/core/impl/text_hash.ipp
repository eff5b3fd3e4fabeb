// The seed of the hash.
#pragma once

#include <socketio/core/random.hpp>
#include <socketio/core/text_hash.hpp>

namespace socketio::detail {

SOCKETIO_DECL hash_key const& secret_hash_key()
{
    static hash_key const key{random_seed(), random_seed()};
    return key;
}

} // namespace socketio::detail
