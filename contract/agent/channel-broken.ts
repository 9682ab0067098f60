/** Why a channel, and not what was asked through it, failed. */
export class ChannelBroken extends Error {
  override readonly name = 'ChannelBroken';
}
