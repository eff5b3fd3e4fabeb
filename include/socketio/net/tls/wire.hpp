// The input and output of an SSL object: the caller's memory, and a buffer. There is no additional copy, and an
// idle connection holds no buffer here.
#pragma once

#include <socketio/core/bytes.hpp>
#include <socketio/core/caught.hpp>
#include <socketio/net/tls/openssl.hpp>

#include <algorithm>
#include <cstring>
#include <span>

namespace socketio::detail {

struct tls_wire {
    std::span<char const> input{}; // bytes from the peer, not read yet
    byte_buffer output{};        // bytes for the peer
    void* owner = nullptr;
    bool starved = false; // memory for output ran out

    static tls_wire& of(BIO* bio) noexcept { return *static_cast<tls_wire*>(BIO_get_data(bio)); }
};

// Called from C: exceptions must not leave them.
inline int read_tls_wire(BIO* bio, char* into, int size) noexcept
{
    tls_wire& wire = tls_wire::of(bio);
    BIO_clear_retry_flags(bio);
    if (wire.input.empty() || size <= 0) {
        BIO_set_retry_read(bio);
        return -1;
    }
    std::size_t const count = std::min(wire.input.size(), static_cast<std::size_t>(size));
    std::memcpy(into, wire.input.data(), count);
    wire.input = wire.input.subspan(count);
    return static_cast<int>(count);
}

inline int write_tls_wire(BIO* bio, char const* from, int size) noexcept
{
    BIO_clear_retry_flags(bio);
    tls_wire& wire = tls_wire::of(bio);
    if (size > 0 && caught([&] { wire.output.append(from, static_cast<std::size_t>(size)); })) {
        wire.starved = true;
        return -1;
    }
    return size;
}

inline long control_tls_wire(BIO*, int command, long, void*) noexcept { return command == BIO_CTRL_FLUSH ? 1 : 0; }

inline openssl_ptr<BIO_METHOD> make_tls_wire()
{
    openssl_ptr<BIO_METHOD> made{BIO_meth_new(BIO_TYPE_MEM, "socketio")};
    if (made) {
        BIO_meth_set_read(made.get(), read_tls_wire);
        BIO_meth_set_write(made.get(), write_tls_wire);
        BIO_meth_set_ctrl(made.get(), control_tls_wire);
        BIO_meth_set_create(made.get(), [](BIO* bio) {
            BIO_set_init(bio, 1);
            return 1;
        });
    }
    return made;
}

} // namespace socketio::detail
