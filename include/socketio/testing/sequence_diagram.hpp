// A picture of a transcript.
#pragma once

#include <socketio/testing/decl.hpp>
#include <socketio/testing/happening.hpp>
#include <socketio/testing/transcript.hpp>

#include <string>

namespace socketio::testing {

// An SVG file: a lifeline for each host in the order of their appearance, an arrow for each happening from where and
// when it was sent to where and when it arrived, and virtual time at the left. Latency shows as a slope; what has not
// arrived ends in a cross (dashed: it still may), and connections end in a bar. Each happening takes an equal step,
// however much time lies between them: where more than a second passes, the lifelines are dotted.
//
//     std::ofstream{"conversation.svg"} << socketio::testing::sequence_diagram(world.transcript());
//
// Meanings are cut at 60 characters, and complete (up to 2,000) in the tooltips. It has at most 2,000 happenings, and
// says how many more there are. No script, nothing from elsewhere. Equal transcripts give equal pictures.
SOCKETIO_TESTING_DECL std::string sequence_diagram(transcript const& of, level most = level::events);

} // namespace socketio::testing

#if defined(SOCKETIO_TESTING_HEADER_ONLY)
#include <socketio/testing/impl/sequence_diagram.ipp>
#endif
