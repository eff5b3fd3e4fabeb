// A parser of one's own: packets as CBOR (RFC 8949), on both sides. The types of the program go straight into it, and
// come back out of it, by the same SOCKETIO_FIELDS as with JSON. This example needs no server but its own.
#include <socketio/parser.hpp>
#include <socketio/socketio.hpp>

#include <bit>
#include <iostream>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

// Writes values. Arrays and maps have an end instead of a size.
class cbor_encoder final : public socketio::value_encoder {
public:
    explicit cbor_encoder(socketio::packet_parser::output& to) : to_{to} {}

    void null() override { byte(0xF6); }
    void boolean(bool data) override { byte(data ? 0xF5 : 0xF4); }
    void integer(std::int64_t number) override
    {
        number < 0 ? head(1, static_cast<std::uint64_t>(-(number + 1))) : head(0, static_cast<std::uint64_t>(number));
    }
    void unsigned_integer(std::uint64_t number) override { head(0, number); }
    void number(double number) override { byte(0xFB), bytes(std::bit_cast<std::uint64_t>(number), 8); }
    void string(std::string_view text) override { head(3, text.size()), to_.append(text); }
    void binary(socketio::bytes_view data) override { head(2, data.size()), to_.append(data); }
    void key(std::string_view name) override { string(name); }
    std::size_t begin_array() override { return byte(0x9F), 0; }
    void end_array(std::size_t, std::size_t) override { byte(0xFF); }
    std::size_t begin_object() override { return byte(0xBF), 0; }
    void end_object(std::size_t, std::size_t) override { byte(0xFF); }

private:
    void byte(unsigned value) { to_.push_back(static_cast<char>(static_cast<unsigned char>(value))); }
    void bytes(std::uint64_t number, int count)
    {
        while (count-- != 0)
            byte(static_cast<unsigned>(number >> (8 * count) & 0xFFu));
    }
    void head(unsigned major, std::uint64_t number)
    {
        if (number < 24)
            return byte(major << 5 | static_cast<unsigned>(number));
        byte(major << 5 | 27u); // eight bytes, where fewer may do
        bytes(number, 8);
    }

    socketio::packet_parser::output& to_;
};

// Reads values from bytes that anybody may have sent: false ends it. It calls itself for nested values, and the
// builder refuses those that are nested too deeply.
class cbor_reader {
public:
    cbor_reader(std::string_view from, socketio::value_builder& to) : left_{from}, to_{to} {}

    bool value()
    {
        unsigned const first = byte();
        std::uint64_t number = 0;
        bool const endless = (first & 31u) == 31;
        if (failed_ || (!endless && !read_number(first & 31u, number)))
            return false;
        switch (first >> 5) {
        case 0: return !endless && to_.unsigned_integer(number);
        case 1: return !endless && number <= INT64_MAX && to_.integer(-1 - static_cast<std::int64_t>(number));
        case 2: return !endless && take(number) && to_.binary(std::as_bytes(std::span{taken_}));
        case 3: return !endless && take(number) && to_.string(taken_);
        case 4: return to_.begin_array() && items(number, endless, false) && to_.end_array();
        case 5: return to_.begin_object() && items(number, endless, true) && to_.end_object();
        default: return simple(first, number);
        }
    }
    bool at_end() const { return left_.empty() && !failed_; }

private:
    unsigned byte()
    {
        failed_ = failed_ || left_.empty();
        if (failed_)
            return 0;
        unsigned const first = static_cast<unsigned char>(left_.front());
        left_.remove_prefix(1);
        return first;
    }
    bool read_number(unsigned code, std::uint64_t& number)
    {
        number = code;
        if (code >= 24)
            number = 0;
        for (unsigned count = code < 24 ? 0 : 1u << (code - 24); count != 0 && code < 28; --count)
            number = number << 8 | byte();
        return !failed_ && code < 28;
    }
    bool take(std::uint64_t size)
    {
        if (size > left_.size())
            return false;
        taken_ = left_.substr(0, static_cast<std::size_t>(size));
        left_.remove_prefix(taken_.size());
        return true;
    }
    bool items(std::uint64_t count, bool endless, bool keys)
    {
        for (std::uint64_t i = 0; endless ? !left_.starts_with('\xFF') : i != count; ++i)
            if (left_.empty() || (keys && !key()) || !value())
                return false;
        return !endless || byte() == 0xFF;
    }
    bool key()
    {
        unsigned const first = byte();
        std::uint64_t size = 0;
        return first >> 5 == 3 && read_number(first & 31u, size) && take(size) && to_.key(taken_);
    }
    bool simple(unsigned first, std::uint64_t number)
    {
        switch (first) {
        case 0xF4: return to_.boolean(false);
        case 0xF5: return to_.boolean(true);
        case 0xF6: return to_.null();
        case 0xFB: return to_.number(std::bit_cast<double>(number));
        default: return false;
        }
    }

    std::string_view left_;
    std::string_view taken_{};
    socketio::value_builder& to_;
    bool failed_ = false;
};

// A packet is [type, namespace, id or null] and its data, if it has any.
class cbor_parser final : public socketio::packet_parser {
public:
    std::string_view name() const noexcept override { return "CBOR"; }

    void encode(output& to, head const& of, write_data const* data) const override
    {
        cbor_encoder into{to};
        into.begin_array();
        into.integer(static_cast<int>(of.type));
        into.string(of.nsp);
        of.id ? into.unsigned_integer(*of.id) : into.null();
        if (data)
            socketio::write_in_form(into, *data);
        into.end_array(0, 0);
    }

    std::error_code decode(std::span<char> message, socketio::value_builder& to, socketio::packet& out) const override
    {
        cbor_reader from{{message.data(), message.size()}, to};
        if (!from.value() || !from.at_end())
            return to.error() ? to.error() : make_error_code(socketio::error::packet_invalid_payload);
        auto const packet = to.root();
        auto const type = packet[0].get<std::uint8_t>();
        auto const id = packet[2].get<std::optional<std::uint64_t>>();
        if (!type || !id || !packet[1].is_string())
            return socketio::error::packet_invalid_payload;
        out.type = static_cast<socketio::packet_type>(*type);
        out.nsp = packet[1].as_string();
        out.id = *id;
        out.has_payload = packet.size() > 3;
        out.payload = packet[3];
        return {};
    }
};

struct measurement {
    std::string place;
    double celsius = 0;
    std::vector<std::byte> picture{};
};
SOCKETIO_FIELDS(measurement, place, celsius, picture)

int main()
{
    auto const cbor = std::make_shared<cbor_parser>();
    asio::io_context context;
    socketio::server io{context, 0, {.address = "127.0.0.1", .parser = cbor}};
    io.on("connection", [](socketio::server_socket socket) {
        socket.on("measured", [](measurement const& what, socketio::ack reply) {
            std::cout << "server: " << what.celsius << " degrees in " << what.place << ", and a picture of "
                      << what.picture.size() << " bytes\n";
            reply("thank you", what.picture);
        });
    });

    auto socket = socketio::io(context, "http://127.0.0.1:" + std::to_string(io.port()), {.parser = cbor});
    socket.emit("measured", measurement{"Paris", 21.5, std::vector<std::byte>(3)},
        [&](std::string const& words, std::vector<std::byte> const& picture) {
            std::cout << "client: the server says " << words << " for " << picture.size() << " bytes\n";
            socket.disconnect();
            io.close();
        });
    context.run();
}
