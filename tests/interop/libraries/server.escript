#!/usr/bin/env escript
%% A server on Erlang's ssl, with its defaults: server.escript PORT [FILE [CA]], with leaf.pem, intermediate.pem and key.pem in the folder.
%% Started by ../libraries.ts.

main([Port]) -> listen(Port, answer("-"), [{cacertfile, "intermediate.pem"}]);
main([Port, File]) -> listen(Port, answer(File), [{cacertfile, "intermediate.pem"}]);
main([Port, File, CA]) ->
	listen(Port, answer(File), [{cacertfile, CA}, {verify, verify_peer}, {fail_if_no_peer_cert, true}]).

answer("-") -> <<"HTTP/1.0 200 OK\r\n\r\nhello">>;
answer(File) -> {ok, Answer} = file:read_file(File), Answer.

listen(Port, Answer, More) ->
	{ok, _} = application:ensure_all_started(ssl),
	{ok, Listener} = ssl:listen(list_to_integer(Port), [
		{ip, {127, 0, 0, 1}}, {reuseaddr, true}, {active, false}, {mode, binary},
		{certfile, "chain.pem"}, {keyfile, "key.pem"} | More
	]),
	loop(Listener, Answer).

loop(Listener, Answer) ->
	{ok, Connection} = ssl:transport_accept(Listener),
	case ssl:handshake(Connection, 10000) of
		{ok, Socket} -> serve(Socket, <<>>, Answer);
		{error, Reason} -> io:format(standard_error, "~p~n", [Reason])
	end,
	loop(Listener, Answer).

serve(Socket, Request, Answer) ->
	case binary:match(Request, <<"\r\n\r\n">>) of
		nomatch ->
			case ssl:recv(Socket, 0, 10000) of
				{ok, More} -> serve(Socket, <<Request/binary, More/binary>>, Answer);
				{error, Reason} -> io:format(standard_error, "~p~n", [Reason]), ssl:close(Socket)
			end;
		_ -> ssl:send(Socket, Answer), ssl:close(Socket)
	end.
