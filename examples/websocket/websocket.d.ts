/*
	The SDK's WebSocket client, as far as this example uses it: @moddable/typings 5.6.0 does not have it.
*/

declare module "embedded:network/websocket/client" {
	export default class WebSocketClient {
		constructor(options: Record<string, unknown>);
		read(count: number): ArrayBuffer;
		write(data: ArrayBuffer, options?: { binary?: boolean; more?: boolean; opcode?: number }): number;
		close(): void;
	}
}
