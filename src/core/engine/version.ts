/** The Redis version whose commands the engine has, as HELLO and INFO report it. */
export const VERSION = '7.4.0'
