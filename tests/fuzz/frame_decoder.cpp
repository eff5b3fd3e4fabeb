// Frames: the decoder, fed in pieces, finds exactly what the plain reading of the RFC finds.
#include "frames.hpp"
#include "fuzz.hpp"
#include "reference.hpp"

#include <socketio/core/error.hpp>
#include <socketio/wire/frame_decoder.hpp>

#include <optional>
#include <string>
#include <system_error>

namespace frame_decoder_tests {

using namespace fuzz;
using namespace socketio::detail;

namespace {

struct setting {
    bool masked;
    std::uint64_t limit;
};

struct reader {
    explicit reader(setting with) : decoder{with.masked, with.limit}, set{with} {}

    void take(std::string_view piece)
    {
        input.arrive(piece);
        while (auto const one = next())
            found.push_back({one->header.fin, one->header.code, std::string{view_of(one->payload)}});
        if (error)
            return;
        check_front();
    }

    std::optional<frame> next()
    {
        if (error)
            return std::nullopt;
        std::span<char> left = input.left();
        std::size_t const before = left.size();
        auto const one = decoder.next(left, error);
        input.leave(left);
        require(!one || !error);
        require(one || left.size() == before);
        if (one) {
            frame_header const& header = one->header;
            std::size_t const used = before - left.size();
            used_in_all += used;
            require(header.length == one->payload.size());
            require(used == header_size(header.length, header.masked) + one->payload.size());
            require(lies_in(view_of(one->payload), input.all()));
            require(header.masked == set.masked);
            require(one->payload.size() <= (is_control(header.code) ? max_control_payload : set.limit));
        }
        return one;
    }

    void check_front()
    {
        std::span<char> const left = input.left();
        frame_header const* const front = decoder.front();
        require((front != nullptr) == (decoder.wanted() != 0));
        if (front == nullptr) {
            require(left.size() < max_frame_header);
            return;
        }
        std::span<char> const arrived = decoder.arrived(left);
        require(left.size() < decoder.wanted());
        require(arrived.size() == left.size() - header_size(front->length, front->masked));
        require(lies_in(view_of(arrived), left));
    }

    frame_decoder decoder;
    setting set;
    stream input;
    std::vector<plain_frame> found;
    std::size_t used_in_all = 0;
    std::error_code error{};
};

void compare(reader& got, frames_read const& expected)
{
    require(got.error == expected.error);
    require(got.found.size() == expected.whole.size());
    require(got.used_in_all == expected.used);
    for (std::size_t i = 0; i != got.found.size(); ++i) {
        require(got.found[i].fin == expected.whole[i].fin);
        require(got.found[i].code == expected.whole[i].code);
        require(got.found[i].payload == expected.whole[i].payload);
    }
    if (got.error) { // it stays lost
        std::error_code again;
        std::span<char> left = got.input.left();
        require(!got.decoder.next(left, again) && again == got.error);
        return;
    }
    require(got.decoder.wanted() == expected.part_size);
    if (expected.part)
        require(view_of(got.decoder.arrived(got.input.left())) == expected.part->payload);
}

} // namespace

FUZZ_TARGET(frame_decoder)
{
    choices from{input};
    unsigned const how = from.byte();
    setting const set{(how & 1u) != 0, (how & 2u) != 0 ? 100000 : from.up_to(300)};
    choices const cuts{from.text(32)};
    std::string const bytes = frame_stream(from, set.masked);
    frames_read const expected = read_frames(bytes, set.masked, set.limit);

    reader whole{set};
    whole.take(bytes);
    compare(whole, expected);

    reader cut{set};
    in_pieces(bytes, cuts, [&cut](std::string_view piece) { cut.take(piece); });
    compare(cut, expected);
}

} // namespace frame_decoder_tests
