import { createGateway, type Gateway, type GatewayOptions } from '../../gateway/create-gateway.ts';
import { ServiceError } from '../service-error.ts';

/** The port when none is asked for; another one when it is taken. */
export const usualPort = 7070;

/** Opens the gateway on the port asked for, or on the usual one or any. Throws ServiceError when it is taken. */
export async function openGateway(options: Omit<GatewayOptions, 'port'>, port?: number): Promise<Gateway> {
  try {
    return await createGateway({ ...options, port: port ?? usualPort });
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code !== 'EADDRINUSE' && code !== 'EACCES') throw cause;
    if (port === undefined) return createGateway({ ...options, port: 0 });
    const reason = code === 'EACCES' ? 'may not be opened by this user' : 'is in use';
    throw new ServiceError(`port ${port} ${reason}`, 'choose another one with --port, or leave it out', cause);
  }
}
