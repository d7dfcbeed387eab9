import { expose } from 'comlink';

expose({ double: (n) => 2 * n });
