// How packets become messages. JSON, the protocol's own form, is built in; a packet_parser takes its place for a whole
// client or server, where both sides have it: MessagePack (<socketio/msgpack.hpp>), or one of a program's own.
#pragma once

#include <socketio/codec/packet.hpp>
#include <socketio/core/bytes.hpp>
#include <socketio/core/config.hpp>
#include <socketio/core/function_ref.hpp>
#include <socketio/core/json_writer.hpp>
#include <socketio/core/value_builder.hpp>
#include <socketio/core/value_encoder.hpp>
#include <socketio/core/writable.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>

namespace socketio {

// Every packet is one message, either all of them text or all of them binary, without attachments: binary data is a
// part of it. Its members are called by all connections, on any thread and on several at once.
class packet_parser {
public:
    using output = detail::byte_buffer; // append() writes to its end
    using write_data = detail::function_ref<void(writer&)>;

    // A packet to be encoded.
    struct head {
        packet_type type = packet_type::event; // no binary_event, no binary_ack
        std::string_view nsp = "/";
        std::optional<std::uint64_t> id{};
    };

    packet_parser() = default;
    packet_parser(packet_parser const&) = delete;
    packet_parser& operator=(packet_parser const&) = delete;
    virtual ~packet_parser() = default;

    // For messages of errors: "MessagePack".
    virtual std::string_view name() const noexcept = 0;
    // The messages are texts: UTF-8 without the byte 0x1E, which separates packets in long-polling.
    virtual bool is_text() const noexcept { return false; }
    // Appends one packet to `to`. `data` writes exactly one value, which write_in_form() leads to a value_encoder;
    // null: the packet has none. May throw, what `data` throws above all: that leaves the emit. At a CONNECT it becomes
    // a connect_error, and at the other packets without a call of the program it ends the connection.
    virtual void encode(output& to, head const& of, write_data const* data) const = 0;
    // Reads one packet from a message, which it may change. `out` and the value that `to` has taken may point into
    // both. The caller checks that the payload fits the type. Every error ends the connection with "parse error", and
    // so does every exception: std::bad_alloc as not_enough_memory, std::system_error as its code, others as
    // packet_parser_failed.
    virtual std::error_code decode(std::span<char> message, value_builder& to, packet& out) const = 0;

    // Appends an encoded EVENT of this namespace with an acknowledgement id, which it has not yet; or with a text as
    // its last argument. These decode it, and encode it again: a parser that can do with less may have its own.
    SOCKETIO_DECL virtual void add_ack_id(output& to, std::string_view event, std::string_view nsp,
                                          std::uint64_t id) const;
    SOCKETIO_DECL virtual void add_argument(output& to, std::string_view event, std::string_view nsp,
                                            std::string_view text) const;

    // For the library, and virtual only so that programs without a parser have no code for one.
    // Decodes one whole message into `memory`, which it makes if there is none. The limits are those of the payload.
    SOCKETIO_DECL virtual std::error_code read(std::span<char> message, bool is_text,
                                               std::shared_ptr<value_builder>& memory, detail::json_limits limits,
                                               packet& out) const;
    SOCKETIO_DECL virtual void shrink(value_builder& memory, std::size_t keep) const;
    // The event's name in an encoded packet.
    SOCKETIO_DECL virtual std::string event_of(std::string_view packet) const;

private:
    void change(std::string_view event, detail::function_ref<void(packet&)> how) const;
};

namespace detail {

#if SOCKETIO_HAS_EXCEPTIONS
// Of the exception that is being handled: the code of a std::system_error, or packet_parser_failed.
SOCKETIO_DECL std::error_code code_of_parser_exception() noexcept;
#endif

// Calls `work`, which calls a parser of the program, where nobody could take an exception of that: it becomes the
// result. Throws std::bad_alloc alone.
template <class Work>
std::error_code run_parser(Work const& work)
{
#if SOCKETIO_HAS_EXCEPTIONS
    try {
        work();
    } catch (std::bad_alloc const&) {
        throw;
    } catch (...) {
        return code_of_parser_exception();
    }
#else
    work();
#endif
    return {};
}

// The payload is one that a packet of this type may have.
bool is_valid_payload(packet const& p) noexcept;

} // namespace detail
} // namespace socketio

#if defined(SOCKETIO_HEADER_ONLY)
#include <socketio/codec/impl/packet_parser.ipp>
#endif
