export declare function makeCertificates(dir: string): void
