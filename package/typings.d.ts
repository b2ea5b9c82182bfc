/*
	Types of the SDK's modules and of what XS adds to the language, for apps whose tsconfig.json extends this package's.
	References are looked up from here, so that the typings are found wherever npm puts them.
*/

/// <reference types="@moddable/typings/xs" />
/// <reference types="@moddable/typings/file" />
/// <reference types="@moddable/typings/flash" />
/// <reference types="@moddable/typings/http" />
/// <reference types="@moddable/typings/modules" />
/// <reference types="@moddable/typings/net" />
/// <reference types="@moddable/typings/preference" />
/// <reference types="@moddable/typings/Resource" />
/// <reference types="@moddable/typings/securesocket" />
/// <reference types="@moddable/typings/sntp" />
/// <reference types="@moddable/typings/socket" />
/// <reference types="@moddable/typings/time" />
/// <reference types="@moddable/typings/timer" />
/// <reference types="@moddable/typings/websocket" />
/// <reference types="@moddable/typings/embedded_io/_common" />
/// <reference types="@moddable/typings/embedded_io/socket/tcp" />
/// <reference types="@moddable/typings/embedded_io/socket/tls" />
/// <reference types="@moddable/typings/embedded_io/socket/udp" />
/// <reference types="@moddable/typings/embedded_network/dns/resolver/udp" />
/// <reference types="@moddable/typings/embedded_network/http/client" />
/// <reference types="@moddable/typings/embedded_network/mqtt/client" />
/// <reference types="@moddable/typings/mc/config" />
