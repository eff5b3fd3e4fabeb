// The parts of the library that are compiled once. With SOCKETIO_SEPARATE_COMPILATION defined for the whole program,
// include this in exactly one translation unit; all others then see declarations only.
#pragma once

#include <socketio/core/config.hpp>

#if defined(SOCKETIO_HEADER_ONLY)
#error "socketio/src.hpp is for programs that define SOCKETIO_SEPARATE_COMPILATION"
#endif

#include <socketio/core/foreign_macros_begin.hpp>

#include <socketio/core/json_reader.hpp>

#include <socketio/core/impl/convert.ipp>
#include <socketio/core/impl/error.ipp>
#include <socketio/core/impl/joined.ipp>
#include <socketio/core/impl/json_number.ipp>
#include <socketio/core/impl/json_writer.ipp>
#include <socketio/core/impl/listener_table.ipp>
#include <socketio/core/impl/log.ipp>
#include <socketio/core/impl/random.ipp>
#include <socketio/core/impl/tape.ipp>
#include <socketio/core/impl/text_hash.ipp>
#include <socketio/core/impl/to_tape.ipp>
#include <socketio/core/impl/utf8.ipp>
#include <socketio/core/impl/value.ipp>
#include <socketio/core/impl/value_builder.ipp>
#include <socketio/core/impl/value_encoder.ipp>

#if defined(SOCKETIO_WITH_MSGPACK)
#include <socketio/core/impl/msgpack_reader.ipp>
#include <socketio/core/impl/msgpack_writer.ipp>
#endif

#include <socketio/codec/impl/engine_packet.ipp>
#include <socketio/codec/impl/packet_decoder.ipp>
#include <socketio/codec/impl/packet_encoder.ipp>
#include <socketio/codec/impl/packet_parser.ipp>
#if defined(SOCKETIO_WITH_MSGPACK)
#include <socketio/codec/impl/msgpack_parser.ipp>
#endif

#include <socketio/wire/impl/answer_reader.ipp>
#include <socketio/wire/impl/base64.ipp>
#include <socketio/wire/impl/body_reader.ipp>
#include <socketio/wire/impl/cookie_headers.ipp>
#include <socketio/wire/impl/cookies.ipp>
#include <socketio/wire/impl/extensions.ipp>
#include <socketio/wire/impl/frame_decoder.ipp>
#include <socketio/wire/impl/websocket_handshake.ipp>
#include <socketio/wire/impl/http.ipp>
#include <socketio/wire/impl/http_date.ipp>
#include <socketio/wire/impl/http_request.ipp>
#include <socketio/wire/impl/ip_address.ipp>
#include <socketio/wire/impl/message_reader.ipp>
#include <socketio/wire/impl/permessage_deflate.ipp>
#include <socketio/wire/impl/proxy.ipp>
#include <socketio/wire/impl/redirections.ipp>
#include <socketio/wire/impl/sha1.ipp>
#include <socketio/wire/impl/socks5.ipp>
#include <socketio/wire/impl/url.ipp>

#include <socketio/session/impl/ack.ipp>
#include <socketio/session/impl/channel.ipp>
#include <socketio/session/impl/connect_machine.ipp>
#include <socketio/session/impl/engine.ipp>
#include <socketio/session/impl/event_names.ipp>
#include <socketio/session/impl/packet_queue.ipp>
#include <socketio/session/impl/polling.ipp>
#include <socketio/session/impl/polling_target.ipp>
#include <socketio/session/impl/transport_choice.ipp>
#include <socketio/session/impl/websocket_endpoint.ipp>
#if defined(SOCKETIO_WITH_ZLIB)
#include <socketio/deflate.hpp>
#include <socketio/session/impl/zlib_codec.ipp>
#endif

#include <socketio/net/impl/asio.ipp>
#include <socketio/net/impl/background_context.ipp>
#include <socketio/net/impl/connection.ipp>
#include <socketio/net/impl/connector.ipp>
#include <socketio/net/impl/connector_proxy.ipp>
#include <socketio/net/impl/conversation.ipp>
#include <socketio/net/impl/deadline_timer.ipp>
#include <socketio/net/impl/delivery.ipp>
#include <socketio/net/impl/dial.ipp>
#include <socketio/net/impl/dial_refusal.ipp>
#include <socketio/net/impl/engine_channel.ipp>
#include <socketio/net/impl/http_answer.ipp>
#include <socketio/net/impl/http_connection.ipp>
#include <socketio/net/impl/http_connection_request.ipp>
#include <socketio/net/impl/acceptor.ipp>
#include <socketio/net/impl/http_link.ipp>
#include <socketio/net/impl/http_requester.ipp>
#include <socketio/net/impl/installed_sources.ipp>
#include <socketio/net/impl/lane.ipp>
#include <socketio/net/impl/lane_inbox.ipp>
#include <socketio/net/impl/polling_channel.ipp>
#include <socketio/net/impl/polling_channel_base.ipp>
#include <socketio/net/impl/refusal.ipp>
#include <socketio/net/impl/server_connection.ipp>
#include <socketio/net/impl/socket_options.ipp>
#include <socketio/net/impl/stream.ipp>
#include <socketio/net/impl/suspend_watch.ipp>
#include <socketio/net/impl/tcp_race.ipp>
#include <socketio/net/impl/tls_provider.ipp>
#include <socketio/net/impl/websocket_channel.ipp>

#if defined(SOCKETIO_WITH_TLS)
#include <socketio/tls.hpp>

#include <socketio/net/tls/impl/certificate_failure.ipp>
#include <socketio/net/tls/impl/context.ipp>
#include <socketio/net/tls/impl/tls_failure.ipp>
#include <socketio/net/tls/impl/openssl_provider.ipp>
#include <socketio/net/tls/impl/pem.ipp>
#include <socketio/net/tls/impl/session.ipp>
#include <socketio/net/tls/impl/system_trust.ipp>
#include <socketio/net/tls/impl/tls_stream.ipp>
#endif

#if !defined(SOCKETIO_NO_POLLING) // the client's transport
#include <socketio/net/impl/client_polling_channel.ipp>
#include <socketio/net/impl/http_client.ipp>
#include <socketio/net/impl/http_client_answer.ipp>
#include <socketio/net/impl/polling_refusal.ipp>
#include <socketio/client/impl/transport_upgrade.ipp>
#endif

#include <socketio/client/impl/emitting.ipp>
#include <socketio/client/impl/io.ipp>
#include <socketio/client/impl/links.ipp>
#include <socketio/client/impl/manager_cache.ipp>
#include <socketio/client/impl/manager_core.ipp>
#include <socketio/client/impl/manager_dial.ipp>
#include <socketio/client/impl/manager_open.ipp>
#include <socketio/client/impl/manager_parser.ipp>
#include <socketio/client/impl/manager_polling.ipp>
#include <socketio/client/impl/manager_settle.ipp>
#include <socketio/client/impl/manager_snapshot.ipp>
#include <socketio/client/impl/packet_writer.ipp>
#include <socketio/client/impl/send_buffer.ipp>
#include <socketio/client/impl/socket.ipp>
#include <socketio/client/impl/socket_buffer.ipp>
#include <socketio/client/impl/socket_channel.ipp>
#include <socketio/client/impl/socket_core.ipp>
#include <socketio/client/impl/socket_emit.ipp>
#include <socketio/client/impl/socket_join.ipp>
#include <socketio/client/impl/socket_recovery.ipp>
#include <socketio/client/impl/socket_retries.ipp>
#include <socketio/client/impl/stream_base.ipp>

#include <socketio/server/impl/adapter.ipp>
#include <socketio/server/impl/peer_core.ipp>
#include <socketio/server/impl/peer_deadlines.ipp>
#include <socketio/server/impl/peer_end.ipp>
#include <socketio/server/impl/peer_limits.ipp>
#include <socketio/server/impl/peer_message.ipp>
#include <socketio/server/impl/client_admission.ipp>
#include <socketio/server/impl/emitting.ipp>
#include <socketio/server/impl/engine_gate.ipp>
#include <socketio/server/impl/engine_requests.ipp>
#include <socketio/server/impl/engine_server.ipp>
#include <socketio/server/impl/engine_session.ipp>
#include <socketio/server/impl/engine_upgrade.ipp>
#include <socketio/server/impl/namespace_core.ipp>
#include <socketio/server/impl/server_core.ipp>
#include <socketio/server/impl/server_namespaces.ipp>
#include <socketio/server/impl/socket_middleware.ipp>
#include <socketio/server/impl/server_socket_core.ipp>
#include <socketio/server/impl/socket_emit.ipp>
#include <socketio/server/impl/static_files.ipp>

#include <socketio/websocket/impl/websocket_core.ipp>
#include <socketio/websocket/impl/websocket_acceptor.ipp>

#if defined(SOCKETIO_WITH_TESTING)
#include <socketio/testing/impl/describe.ipp>
#include <socketio/testing/impl/diary.ipp>
#include <socketio/testing/impl/expectation.ipp>
#include <socketio/testing/impl/explore.ipp>
#include <socketio/testing/impl/links.ipp>
#include <socketio/testing/impl/matching.ipp>
#include <socketio/testing/impl/memory_connection.ipp>
#include <socketio/testing/impl/memory_network.ipp>
#include <socketio/testing/impl/recorded_line.ipp>
#include <socketio/testing/impl/recorder.ipp>
#include <socketio/testing/impl/recording.ipp>
#include <socketio/testing/impl/replay.ipp>
#include <socketio/testing/impl/script_player.ipp>
#include <socketio/testing/impl/scripted_client.ipp>
#include <socketio/testing/impl/scripted_server.ipp>
#include <socketio/testing/impl/sequence_diagram.ipp>
#include <socketio/testing/impl/transcript.ipp>
#include <socketio/testing/impl/virtual_time.ipp>
#include <socketio/testing/impl/wire_reader.ipp>
#include <socketio/testing/impl/wiretap.ipp>
#include <socketio/testing/impl/world.ipp>
#endif

// Several single headers in one file all have these lines, but the function is there once.
#if defined(SOCKETIO_SEPARATE_COMPILATION) && !defined(SOCKETIO_LIBRARY_IS_HERE)
#define SOCKETIO_LIBRARY_IS_HERE 1
namespace socketio {

void one_source_file_must_include_socketio_src_hpp() noexcept {}

} // namespace socketio
#endif

#include <socketio/core/foreign_macros_end.hpp>
