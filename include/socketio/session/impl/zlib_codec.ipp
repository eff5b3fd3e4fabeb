// Drives zlib: raw DEFLATE, flushed at the end of each message, without the four bytes of that flush.
#pragma once

#include <socketio/core/ascii.hpp>
#include <socketio/core/error.hpp>
#include <socketio/core/scope.hpp>
#include <socketio/session/zlib_codec.hpp>

#include <zlib.h>

#include <algorithm>
#include <array>

namespace socketio::detail {

inline constexpr std::string_view flush_tail{"\x00\x00\xFF\xFF", 4};
inline constexpr std::size_t kept_for_deflate = 65536;
inline constexpr int gzip_format = 16; // added to the bits of the window

// zlib cannot write with a window of 256 bytes. With 512 it refers back at most 250 bytes (its MAX_DIST is the
// window less 262), which respects a limit of 8 bits. Reading is as strict with 512.
inline int zlib_window(std::optional<int> agreed)
{
    return -std::max(agreed.value_or(15), 9);
}

inline Bytef* zlib_bytes(char const* from)
{
    // zlib only reads it, but declares it const on request only
    return reinterpret_cast<Bytef*>(const_cast<char*>(from));
}

// The largest part that zlib's counters can hold.
inline uInt zlib_count(std::size_t n)
{
    return static_cast<uInt>(std::min<std::size_t>(n, std::size_t{1} << 30));
}

class zlib_deflater final : public message_deflater {
public:
    zlib_deflater(int window_bits, bool keeps_context, deflate_options const& options) noexcept
        : window_bits_{window_bits},
          level_{options.level},
          memory_level_{options.memory_level},
          keeps_context_{keeps_context}
    {
    }
    ~zlib_deflater() override { end(); }

    std::optional<std::string_view> deflate(std::string_view message) override
    {
        using namespace std::string_view_literals;
        if (message.empty())
            return "\0"sv; // section 7.2.3.6: zlib writes no byte here
        if (!active_ && !begin())
            return std::nullopt;
        scope_fail restarts{[this] { restart(); }};
        out_.clear();
        out_.shrink(kept_for_deflate);
        while (!message.empty())
            take(message);
        restarts.done();
        out_.truncate(out_.size() - flush_tail.size());
        if (!keeps_context_)
            end();
        return out_.view();
    }

    void restart() noexcept override { end(); }

private:
    bool begin()
    {
        stream_ = z_stream{};
        active_ = deflateInit2(&stream_, level_, Z_DEFLATED, window_bits_, memory_level_, Z_DEFAULT_STRATEGY) == Z_OK;
        return active_;
    }

    void end() noexcept
    {
        if (active_)
            deflateEnd(&stream_);
        active_ = false;
    }

    void take(std::string_view& message)
    {
        constexpr std::size_t piece = 4096;
        stream_.next_in = zlib_bytes(message.data());
        stream_.avail_in = zlib_count(message.size());
        message.remove_prefix(stream_.avail_in);
        do {
            std::size_t const room = std::max(piece, out_.capacity() - out_.size());
            stream_.next_out = zlib_bytes(out_.prepare(room));
            uInt const given = stream_.avail_out = zlib_count(room);
            ::deflate(&stream_, message.empty() ? Z_SYNC_FLUSH : Z_NO_FLUSH);
            out_.commit(given - stream_.avail_out);
        } while (stream_.avail_out == 0);
    }

    z_stream stream_{};
    byte_buffer out_;
    int window_bits_;
    int level_;
    int memory_level_;
    bool keeps_context_;
    bool active_ = false;
};

class zlib_inflater final : public message_inflater {
public:
    zlib_inflater(int window_bits, bool keeps_context) noexcept
        : window_bits_{window_bits}, keeps_context_{keeps_context}
    {}
    ~zlib_inflater() override { end(); }

    bool inflate(std::string_view& input, byte_buffer& to, std::size_t room, std::error_code& ec) override
    {
        if (!active_ && !begin()) {
            ec = make_error_code(std::errc::not_enough_memory);
            return false;
        }
        stream_.next_out = zlib_bytes(to.prepare(room));
        uInt const given = stream_.avail_out = zlib_count(room);
        int const result = step(input);
        to.commit(given - stream_.avail_out);
        if (result == Z_OK || result == Z_STREAM_END)
            return !input.empty() || stream_.avail_out == 0;
        if (result != Z_BUF_ERROR)
            ec = result == Z_MEM_ERROR ? make_error_code(std::errc::not_enough_memory)
                                       : make_error_code(error::deflate_invalid);
        return false;
    }

    std::error_code finish() override
    {
        bool const whole = ended_ || takes_tail();
        ended_ = false;
        if (!keeps_context_)
            end();
        return whole ? std::error_code{} : make_error_code(error::deflate_invalid);
    }

private:
    bool begin()
    {
        stream_ = z_stream{};
        active_ = inflateInit2(&stream_, window_bits_) == Z_OK;
        return active_;
    }

    void end() noexcept
    {
        if (active_)
            inflateEnd(&stream_);
        active_ = false;
    }

    // A block may be marked as the last one, and others may follow all the same, with the same window (section
    // 7.2.3.4).
    int step(std::string_view& input)
    {
        stream_.next_in = zlib_bytes(input.data());
        uInt const given = stream_.avail_in = zlib_count(input.size());
        int const result = ::inflate(&stream_, Z_SYNC_FLUSH);
        input.remove_prefix(given - stream_.avail_in);
        ended_ = result == Z_STREAM_END ? input.empty() : ended_ && given == 0;
        return result == Z_STREAM_END ? inflateResetKeep(&stream_) : result;
    }

    // The bytes that the sender omits end the message, add no data, and leave zlib between two blocks. (A
    // message that ends with a last block, without the empty one that should follow, is complete without them.)
    bool takes_tail()
    {
        std::string_view tail = flush_tail;
        char spare[8] = {};
        stream_.next_out = zlib_bytes(spare);
        stream_.avail_out = sizeof spare;
        int const result = step(tail);
        constexpr int between_blocks = 128;
        constexpr int state = 255; // and the number of unused bits in the last byte
        return result == Z_OK && tail.empty() && stream_.avail_out == sizeof spare &&
               (stream_.data_type & state) == between_blocks;
    }

    z_stream stream_{};
    int window_bits_;
    bool keeps_context_;
    bool active_ = false;
    bool ended_ = false; // the last byte so far ended a last block
};

SOCKETIO_ZLIB_DECL message_codec make_zlib_codec(role own, deflate_parameters const& agreed,
                                                 deflate_options const& options)
{
    int const of_server = zlib_window(agreed.server_max_window_bits);
    int const of_client = zlib_window(agreed.client_max_window_bits);
    bool const server_keeps = !agreed.server_no_context_takeover;
    bool const client_keeps = !agreed.client_no_context_takeover;
    bool const client = own == role::client;
    return {
        std::make_unique<zlib_deflater>(client ? of_client : of_server, client ? client_keeps : server_keeps, options),
        std::make_unique<zlib_inflater>(client ? of_server : of_client, client ? server_keeps : client_keeps)};
}

SOCKETIO_ZLIB_DECL bool gzip_with_zlib(std::string_view body, std::string& out)
{
    z_stream stream{};
    if (body.size() > zlib_count(body.size()) || deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED,
                                                              MAX_WBITS + gzip_format, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        return false;
    out.resize(deflateBound(&stream, static_cast<uLong>(body.size())));
    stream.next_in = zlib_bytes(body.data());
    stream.avail_in = zlib_count(body.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = zlib_count(out.size());
    bool const done = deflate(&stream, Z_FINISH) == Z_STREAM_END;
    out.resize(stream.total_out);
    deflateEnd(&stream);
    return done;
}

// A body may have several members, one behind the other (RFC 1952, section 2.2).
inline std::error_code gunzip_members(std::string_view body, std::size_t limit, std::string& out)
{
    z_stream stream{};
    if (inflateInit2(&stream, MAX_WBITS + gzip_format) != Z_OK)
        return make_error_code(std::errc::not_enough_memory);
    scope_end const ending{[&stream] { inflateEnd(&stream); }};
    std::array<char, 8192> piece;
    out.clear();
    for (;;) {
        stream.next_in = zlib_bytes(body.data());
        uInt const given = stream.avail_in = zlib_count(body.size());
        stream.next_out = zlib_bytes(piece.data());
        stream.avail_out = zlib_count(piece.size());
        int const result = inflate(&stream, Z_NO_FLUSH);
        body.remove_prefix(given - stream.avail_in);
        std::size_t const count = piece.size() - stream.avail_out;
        if (count > limit - out.size())
            return error::message_too_large;
        out.append(piece.data(), count);
        if (result == Z_STREAM_END && body.empty())
            return {};
        if (result == Z_MEM_ERROR)
            return make_error_code(std::errc::not_enough_memory);
        if (result == Z_STREAM_END)
            inflateReset(&stream);
        else if (result != Z_OK)
            return error::deflate_invalid;
    }
}

SOCKETIO_ZLIB_DECL std::error_code gunzip_with_zlib(std::string_view coding, std::size_t limit, std::string& body)
{
    if (!equals_ignoring_case(coding, "gzip") && !equals_ignoring_case(coding, "x-gzip"))
        return error::http_malformed;
    std::string const encoded = std::exchange(body, {});
    return gunzip_members(encoded, limit, body);
}

} // namespace socketio::detail
