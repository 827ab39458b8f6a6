// The socket options that are known by name: their numbers, and what their values are. One row per
// option; an option that takes an address in this process's memory (SO_ATTACH_FILTER,
// TCP_ZEROCOPY_RECEIVE, ...) never has a row. Proved against the system's headers by
// __test__/sockets-options.spec.ts.

/** What the value of an option is. */
export type OptionKind =
  | 'boolean'
  | 'int'
  | 'uint'
  | 'uint64'
  | 'ifindex'
  | 'ipv4'
  | 'linger'
  | 'timeval'
  | 'string'
  | 'bytes'
  | 'credentials'
  | 'descriptor'
  | 'txtime'
  | 'membership'
  | 'source'
  | 'membership6'

/** A socket option, as setsockopt(2) and getsockopt(2) know it. */
export interface SocketOption {
  readonly level: number
  readonly name: number
  readonly kind: OptionKind
  /** Absent: it can be read and written. */
  readonly access?: 'read only' | 'write only'
  /** Bytes to read a value of no fixed size into; 16 if absent. */
  readonly room?: number
}

const SOL_SOCKET = 1
const IPPROTO_IP = 0
const IPPROTO_TCP = 6
const IPPROTO_UDP = 17
const IPPROTO_IPV6 = 41

/** Every option by its name in the kernel's headers. */
export const socketOptions = Object.freeze({
  SO_DEBUG: { level: SOL_SOCKET, name: 1, kind: 'boolean' },
  SO_REUSEADDR: { level: SOL_SOCKET, name: 2, kind: 'boolean' },
  SO_TYPE: { level: SOL_SOCKET, name: 3, kind: 'int', access: 'read only' },
  SO_ERROR: { level: SOL_SOCKET, name: 4, kind: 'int', access: 'read only' },
  SO_DONTROUTE: { level: SOL_SOCKET, name: 5, kind: 'boolean' },
  SO_BROADCAST: { level: SOL_SOCKET, name: 6, kind: 'boolean' },
  SO_SNDBUF: { level: SOL_SOCKET, name: 7, kind: 'int' },
  SO_RCVBUF: { level: SOL_SOCKET, name: 8, kind: 'int' },
  SO_KEEPALIVE: { level: SOL_SOCKET, name: 9, kind: 'boolean' },
  SO_OOBINLINE: { level: SOL_SOCKET, name: 10, kind: 'boolean' },
  SO_NO_CHECK: { level: SOL_SOCKET, name: 11, kind: 'boolean' },
  SO_PRIORITY: { level: SOL_SOCKET, name: 12, kind: 'int' },
  SO_LINGER: { level: SOL_SOCKET, name: 13, kind: 'linger' },
  SO_REUSEPORT: { level: SOL_SOCKET, name: 15, kind: 'boolean' },
  SO_PASSCRED: { level: SOL_SOCKET, name: 16, kind: 'boolean' },
  SO_PEERCRED: { level: SOL_SOCKET, name: 17, kind: 'credentials', access: 'read only' },
  SO_RCVLOWAT: { level: SOL_SOCKET, name: 18, kind: 'int' },
  SO_SNDLOWAT: { level: SOL_SOCKET, name: 19, kind: 'int', access: 'read only' },
  SO_RCVTIMEO: { level: SOL_SOCKET, name: 20, kind: 'timeval' },
  SO_SNDTIMEO: { level: SOL_SOCKET, name: 21, kind: 'timeval' },
  SO_BINDTODEVICE: { level: SOL_SOCKET, name: 25, kind: 'string' },
  SO_DETACH_FILTER: { level: SOL_SOCKET, name: 27, kind: 'int', access: 'write only' },
  SO_TIMESTAMP: { level: SOL_SOCKET, name: 29, kind: 'boolean' },
  SO_ACCEPTCONN: { level: SOL_SOCKET, name: 30, kind: 'boolean', access: 'read only' },
  SO_PEERSEC: { level: SOL_SOCKET, name: 31, kind: 'string', access: 'read only', room: 256 },
  SO_SNDBUFFORCE: { level: SOL_SOCKET, name: 32, kind: 'int', access: 'write only' },
  SO_RCVBUFFORCE: { level: SOL_SOCKET, name: 33, kind: 'int', access: 'write only' },
  SO_PASSSEC: { level: SOL_SOCKET, name: 34, kind: 'boolean' },
  SO_TIMESTAMPNS: { level: SOL_SOCKET, name: 35, kind: 'boolean' },
  SO_MARK: { level: SOL_SOCKET, name: 36, kind: 'uint' },
  SO_TIMESTAMPING: { level: SOL_SOCKET, name: 37, kind: 'uint' },
  SO_PROTOCOL: { level: SOL_SOCKET, name: 38, kind: 'int', access: 'read only' },
  SO_DOMAIN: { level: SOL_SOCKET, name: 39, kind: 'int', access: 'read only' },
  SO_RXQ_OVFL: { level: SOL_SOCKET, name: 40, kind: 'boolean' },
  SO_WIFI_STATUS: { level: SOL_SOCKET, name: 41, kind: 'boolean' },
  SO_PEEK_OFF: { level: SOL_SOCKET, name: 42, kind: 'int' },
  SO_NOFCS: { level: SOL_SOCKET, name: 43, kind: 'boolean' },
  SO_LOCK_FILTER: { level: SOL_SOCKET, name: 44, kind: 'boolean' },
  SO_SELECT_ERR_QUEUE: { level: SOL_SOCKET, name: 45, kind: 'boolean' },
  SO_BUSY_POLL: { level: SOL_SOCKET, name: 46, kind: 'int' },
  SO_MAX_PACING_RATE: { level: SOL_SOCKET, name: 47, kind: 'uint64' },
  SO_BPF_EXTENSIONS: { level: SOL_SOCKET, name: 48, kind: 'int', access: 'read only' },
  SO_INCOMING_CPU: { level: SOL_SOCKET, name: 49, kind: 'int' },
  SO_ATTACH_BPF: { level: SOL_SOCKET, name: 50, kind: 'descriptor', access: 'write only' },
  SO_ATTACH_REUSEPORT_EBPF: {
    level: SOL_SOCKET,
    name: 52,
    kind: 'descriptor',
    access: 'write only',
  },
  SO_CNX_ADVICE: { level: SOL_SOCKET, name: 53, kind: 'int', access: 'write only' },
  SO_MEMINFO: { level: SOL_SOCKET, name: 55, kind: 'bytes', access: 'read only', room: 64 },
  SO_INCOMING_NAPI_ID: { level: SOL_SOCKET, name: 56, kind: 'int', access: 'read only' },
  SO_COOKIE: { level: SOL_SOCKET, name: 57, kind: 'uint64', access: 'read only' },
  SO_PEERGROUPS: { level: SOL_SOCKET, name: 59, kind: 'bytes', access: 'read only', room: 256 },
  SO_ZEROCOPY: { level: SOL_SOCKET, name: 60, kind: 'boolean' },
  SO_TXTIME: { level: SOL_SOCKET, name: 61, kind: 'txtime' },
  SO_BINDTOIFINDEX: { level: SOL_SOCKET, name: 62, kind: 'int' },
  SO_DETACH_REUSEPORT_BPF: { level: SOL_SOCKET, name: 68, kind: 'int', access: 'write only' },
  SO_PREFER_BUSY_POLL: { level: SOL_SOCKET, name: 69, kind: 'boolean' },
  SO_BUSY_POLL_BUDGET: { level: SOL_SOCKET, name: 70, kind: 'int', access: 'write only' },
  SO_NETNS_COOKIE: { level: SOL_SOCKET, name: 71, kind: 'uint64', access: 'read only' },
  SO_BUF_LOCK: { level: SOL_SOCKET, name: 72, kind: 'uint' },
  SO_RESERVE_MEM: { level: SOL_SOCKET, name: 73, kind: 'int' },
  SO_TXREHASH: { level: SOL_SOCKET, name: 74, kind: 'int' },
  SO_RCVMARK: { level: SOL_SOCKET, name: 75, kind: 'boolean' },
  SO_PASSPIDFD: { level: SOL_SOCKET, name: 76, kind: 'boolean' },
  SO_PEERPIDFD: { level: SOL_SOCKET, name: 77, kind: 'descriptor', access: 'read only' },
  SO_RCVPRIORITY: { level: SOL_SOCKET, name: 82, kind: 'boolean' },
  SO_PASSRIGHTS: { level: SOL_SOCKET, name: 83, kind: 'boolean' },

  TCP_NODELAY: { level: IPPROTO_TCP, name: 1, kind: 'boolean' },
  TCP_MAXSEG: { level: IPPROTO_TCP, name: 2, kind: 'int' },
  TCP_CORK: { level: IPPROTO_TCP, name: 3, kind: 'boolean' },
  TCP_KEEPIDLE: { level: IPPROTO_TCP, name: 4, kind: 'int' },
  TCP_KEEPINTVL: { level: IPPROTO_TCP, name: 5, kind: 'int' },
  TCP_KEEPCNT: { level: IPPROTO_TCP, name: 6, kind: 'int' },
  TCP_SYNCNT: { level: IPPROTO_TCP, name: 7, kind: 'int' },
  TCP_LINGER2: { level: IPPROTO_TCP, name: 8, kind: 'int' },
  TCP_DEFER_ACCEPT: { level: IPPROTO_TCP, name: 9, kind: 'int' },
  TCP_WINDOW_CLAMP: { level: IPPROTO_TCP, name: 10, kind: 'int' },
  TCP_INFO: { level: IPPROTO_TCP, name: 11, kind: 'bytes', access: 'read only', room: 256 },
  TCP_QUICKACK: { level: IPPROTO_TCP, name: 12, kind: 'boolean' },
  TCP_CONGESTION: { level: IPPROTO_TCP, name: 13, kind: 'string' },
  TCP_THIN_LINEAR_TIMEOUTS: { level: IPPROTO_TCP, name: 16, kind: 'boolean' },
  TCP_USER_TIMEOUT: { level: IPPROTO_TCP, name: 18, kind: 'uint' },
  TCP_FASTOPEN: { level: IPPROTO_TCP, name: 23, kind: 'int' },
  TCP_TIMESTAMP: { level: IPPROTO_TCP, name: 24, kind: 'uint' },
  TCP_NOTSENT_LOWAT: { level: IPPROTO_TCP, name: 25, kind: 'uint' },
  TCP_CC_INFO: { level: IPPROTO_TCP, name: 26, kind: 'bytes', access: 'read only', room: 64 },
  TCP_SAVE_SYN: { level: IPPROTO_TCP, name: 27, kind: 'int' },
  TCP_SAVED_SYN: { level: IPPROTO_TCP, name: 28, kind: 'bytes', access: 'read only', room: 256 },
  TCP_FASTOPEN_CONNECT: { level: IPPROTO_TCP, name: 30, kind: 'boolean' },
  TCP_ULP: { level: IPPROTO_TCP, name: 31, kind: 'string' },
  TCP_FASTOPEN_KEY: { level: IPPROTO_TCP, name: 33, kind: 'bytes', room: 32 },
  TCP_FASTOPEN_NO_COOKIE: { level: IPPROTO_TCP, name: 34, kind: 'boolean' },
  TCP_INQ: { level: IPPROTO_TCP, name: 36, kind: 'boolean' },
  TCP_TX_DELAY: { level: IPPROTO_TCP, name: 37, kind: 'int' },

  IP_TOS: { level: IPPROTO_IP, name: 1, kind: 'int' },
  IP_TTL: { level: IPPROTO_IP, name: 2, kind: 'int' },
  IP_HDRINCL: { level: IPPROTO_IP, name: 3, kind: 'boolean' },
  IP_RECVOPTS: { level: IPPROTO_IP, name: 6, kind: 'boolean' },
  IP_PKTINFO: { level: IPPROTO_IP, name: 8, kind: 'boolean' },
  IP_MTU_DISCOVER: { level: IPPROTO_IP, name: 10, kind: 'int' },
  IP_RECVERR: { level: IPPROTO_IP, name: 11, kind: 'boolean' },
  IP_RECVTTL: { level: IPPROTO_IP, name: 12, kind: 'boolean' },
  IP_RECVTOS: { level: IPPROTO_IP, name: 13, kind: 'boolean' },
  IP_MTU: { level: IPPROTO_IP, name: 14, kind: 'int', access: 'read only' },
  IP_FREEBIND: { level: IPPROTO_IP, name: 15, kind: 'boolean' },
  IP_TRANSPARENT: { level: IPPROTO_IP, name: 19, kind: 'boolean' },
  IP_RECVORIGDSTADDR: { level: IPPROTO_IP, name: 20, kind: 'boolean' },
  IP_MINTTL: { level: IPPROTO_IP, name: 21, kind: 'int' },
  IP_NODEFRAG: { level: IPPROTO_IP, name: 22, kind: 'boolean' },
  IP_BIND_ADDRESS_NO_PORT: { level: IPPROTO_IP, name: 24, kind: 'boolean' },
  IP_RECVFRAGSIZE: { level: IPPROTO_IP, name: 25, kind: 'boolean' },
  IP_MULTICAST_IF: { level: IPPROTO_IP, name: 32, kind: 'ipv4' },
  IP_MULTICAST_TTL: { level: IPPROTO_IP, name: 33, kind: 'int' },
  IP_MULTICAST_LOOP: { level: IPPROTO_IP, name: 34, kind: 'boolean' },
  IP_ADD_MEMBERSHIP: { level: IPPROTO_IP, name: 35, kind: 'membership', access: 'write only' },
  IP_DROP_MEMBERSHIP: { level: IPPROTO_IP, name: 36, kind: 'membership', access: 'write only' },
  IP_UNBLOCK_SOURCE: { level: IPPROTO_IP, name: 37, kind: 'source', access: 'write only' },
  IP_BLOCK_SOURCE: { level: IPPROTO_IP, name: 38, kind: 'source', access: 'write only' },
  IP_ADD_SOURCE_MEMBERSHIP: { level: IPPROTO_IP, name: 39, kind: 'source', access: 'write only' },
  IP_DROP_SOURCE_MEMBERSHIP: { level: IPPROTO_IP, name: 40, kind: 'source', access: 'write only' },
  IP_MULTICAST_ALL: { level: IPPROTO_IP, name: 49, kind: 'boolean' },
  IP_UNICAST_IF: { level: IPPROTO_IP, name: 50, kind: 'ifindex' },
  IP_LOCAL_PORT_RANGE: { level: IPPROTO_IP, name: 51, kind: 'uint' },

  IPV6_UNICAST_HOPS: { level: IPPROTO_IPV6, name: 16, kind: 'int' },
  IPV6_MULTICAST_IF: { level: IPPROTO_IPV6, name: 17, kind: 'int' },
  IPV6_MULTICAST_HOPS: { level: IPPROTO_IPV6, name: 18, kind: 'int' },
  IPV6_MULTICAST_LOOP: { level: IPPROTO_IPV6, name: 19, kind: 'boolean' },
  IPV6_ADD_MEMBERSHIP: { level: IPPROTO_IPV6, name: 20, kind: 'membership6', access: 'write only' },
  IPV6_DROP_MEMBERSHIP: {
    level: IPPROTO_IPV6,
    name: 21,
    kind: 'membership6',
    access: 'write only',
  },
  IPV6_MTU_DISCOVER: { level: IPPROTO_IPV6, name: 23, kind: 'int' },
  IPV6_MTU: { level: IPPROTO_IPV6, name: 24, kind: 'int' },
  IPV6_RECVERR: { level: IPPROTO_IPV6, name: 25, kind: 'boolean' },
  IPV6_V6ONLY: { level: IPPROTO_IPV6, name: 26, kind: 'boolean' },
  IPV6_MULTICAST_ALL: { level: IPPROTO_IPV6, name: 29, kind: 'boolean' },
  IPV6_FLOWINFO_SEND: { level: IPPROTO_IPV6, name: 33, kind: 'boolean' },
  IPV6_RECVPKTINFO: { level: IPPROTO_IPV6, name: 49, kind: 'boolean' },
  IPV6_RECVHOPLIMIT: { level: IPPROTO_IPV6, name: 51, kind: 'boolean' },
  IPV6_RECVPATHMTU: { level: IPPROTO_IPV6, name: 60, kind: 'boolean' },
  IPV6_DONTFRAG: { level: IPPROTO_IPV6, name: 62, kind: 'boolean' },
  IPV6_RECVTCLASS: { level: IPPROTO_IPV6, name: 66, kind: 'boolean' },
  IPV6_TCLASS: { level: IPPROTO_IPV6, name: 67, kind: 'int' },
  IPV6_AUTOFLOWLABEL: { level: IPPROTO_IPV6, name: 70, kind: 'boolean' },
  IPV6_ADDR_PREFERENCES: { level: IPPROTO_IPV6, name: 72, kind: 'int' },
  IPV6_MINHOPCOUNT: { level: IPPROTO_IPV6, name: 73, kind: 'int' },
  IPV6_RECVORIGDSTADDR: { level: IPPROTO_IPV6, name: 74, kind: 'boolean' },
  IPV6_TRANSPARENT: { level: IPPROTO_IPV6, name: 75, kind: 'boolean' },
  IPV6_UNICAST_IF: { level: IPPROTO_IPV6, name: 76, kind: 'ifindex' },
  IPV6_RECVFRAGSIZE: { level: IPPROTO_IPV6, name: 77, kind: 'boolean' },
  IPV6_FREEBIND: { level: IPPROTO_IPV6, name: 78, kind: 'boolean' },

  UDP_CORK: { level: IPPROTO_UDP, name: 1, kind: 'boolean' },
  UDP_ENCAP: { level: IPPROTO_UDP, name: 100, kind: 'int' },
  UDP_NO_CHECK6_TX: { level: IPPROTO_UDP, name: 101, kind: 'boolean' },
  UDP_NO_CHECK6_RX: { level: IPPROTO_UDP, name: 102, kind: 'boolean' },
  UDP_SEGMENT: { level: IPPROTO_UDP, name: 103, kind: 'int' },
  UDP_GRO: { level: IPPROTO_UDP, name: 104, kind: 'boolean' },
} as const satisfies Readonly<Record<string, SocketOption>>)
